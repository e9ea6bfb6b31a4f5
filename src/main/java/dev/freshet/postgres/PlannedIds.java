package dev.freshet.postgres;

import org.jspecify.annotations.Nullable;

/**
 * The highest ids that will have been given out when a migration begins.
 *
 * @param viewIdMax of views
 * @param watchIdMax of watches
 */
record PlannedIds(int viewIdMax, int watchIdMax) {

  /**
   * The statement that fails if things are otherwise when the migration runs, because another run
   * came before it.
   *
   * @param watchName of the watch that is about to change
   * @param idInForce of that watch; null if it has none
   */
  String expect(String watchName, @Nullable Integer idInForce) {
    return "SELECT freshet.expect_installed(%s, %s, %s, %s)"
        .formatted(viewIdMax, watchIdMax, SqlLiteral.of(watchName), SqlLiteral.of(idInForce));
  }
}
