package dev.freshet.cli.bench;

/**
 * The text of the trigger function that {@code freshet migrate} installs, and what variants make of
 * it.
 *
 * <p>A piece that is to be replaced must be there, exactly once: else a later version of the
 * function would be measured in the place of a variant of it, unseen.
 *
 * @param sql creates or replaces the function
 */
record FunctionText(String sql) {

  /**
   * The text with another piece in the place of one.
   *
   * @throws BenchFailedException if the piece is not there, or more than once
   */
  FunctionText replaced(String piece, String replacement) {
    int at = indexOfOnly(piece);
    return new FunctionText(
        sql.substring(0, at) + replacement + sql.substring(at + piece.length()));
  }

  /**
   * The text with another piece wherever one is.
   *
   * @throws BenchFailedException if it is nowhere
   */
  FunctionText replacedEverywhere(String piece, String replacement) {
    if (!sql.contains(piece)) {
      throw failed("`%s` is not in it".formatted(piece));
    }
    return new FunctionText(sql.replace(piece, replacement));
  }

  private int indexOfOnly(String piece) {
    int at = sql.indexOf(piece);
    if (at < 0) {
      throw failed("`%s` is not in it".formatted(piece));
    }
    if (sql.indexOf(piece, at + 1) >= 0) {
      throw failed("`%s` is in it more than once".formatted(piece));
    }
    return at;
  }

  private BenchFailedException failed(String why) {
    return new BenchFailedException(
        "the trigger function that freshet migrate installs is not the one whose variants are measured: %s; adapt TriggerVariants to it:\n%s"
            .formatted(why, sql));
  }
}
