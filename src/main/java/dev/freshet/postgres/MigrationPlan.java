package dev.freshet.postgres;

import dev.freshet.postgres.Inventory.InstalledView;
import dev.freshet.postgres.Inventory.InstalledWatch;
import dev.freshet.view.FeatureView;
import dev.freshet.view.Watch;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The repeatable migrations that lead from what is installed to what a configuration asks for: one
 * for each view and each watch, configured or installed, in the order in which they run.
 *
 * <p>All ids are given out here, so that the SQL of each is known before the first one runs. Each
 * begins with {@code freshet.expect_installed}, which fails if another run has come in between; the
 * plan is then made anew.
 *
 * <p>A migration's checksum is made of what it installs and the id that this has, or will have. A
 * watch that is installed as configured keeps its id and its checksum; one that is not, or whose
 * triggers are no longer whole, is given a new id, and so its checksum is not the one in the
 * history: it is pending.
 */
final class MigrationPlan {
  private final Inventory installed;
  private final TriggerSettings triggers;
  private final String lockTimeout;
  private final List<Step> steps = new ArrayList<>();
  private final Map<String, Integer> viewIds = new HashMap<>();
  private PlannedIds ids;

  /**
   * One migration.
   *
   * @param reason why it is pending although the configuration did not change; null if there is no
   *     such reason
   * @param canWait whether a daemon can work before it has run: what is installed is what is
   *     configured, but something of it is missing, and the daemon says so, or it does more than is
   *     needed
   * @param statements null if they cannot be written, because the table or its columns are missing
   */
  record Step(
      String description,
      int checksum,
      @Nullable String reason,
      boolean canWait,
      @Nullable List<String> statements) {}

  /** Why a watch whose definition is the same must be installed again. */
  private record Reason(String text, boolean canWait) {}

  private interface Planned {
    Step step() throws SQLException;
  }

  private MigrationPlan(Inventory installed, TriggerSettings triggers, Duration lockTimeout) {
    this.installed = installed;
    this.triggers = triggers;
    this.lockTimeout = "SET LOCAL lock_timeout = " + lockTimeout.toMillis();
    this.ids = new PlannedIds(installed.viewIdMax(), installed.watchIdMax());
  }

  /** Compares the views of a configuration with what is installed. */
  static MigrationPlan of(
      Connection connection,
      List<FeatureView> views,
      TriggerSettings triggers,
      Duration lockTimeout)
      throws SQLException {
    MigrationPlan plan = new MigrationPlan(Inventory.read(connection), triggers, lockTimeout);
    for (Planned planned : plan.inOrder(connection, views)) {
      plan.steps.add(planned.step());
    }
    return plan;
  }

  List<Step> steps() {
    return steps;
  }

  /** The steps in the order in which Flyway runs them: that of their descriptions. */
  private List<Planned> inOrder(Connection connection, List<FeatureView> views) {
    TreeMap<String, Planned> inOrder = new TreeMap<>();
    installed
        .views()
        .forEach(
            (name, view) -> {
              if (!view.isRemoved()) {
                inOrder.put(ViewMigration.descriptionOf(name), () -> removeView(name, view));
              }
            });
    installed
        .watches()
        .forEach(
            (name, watch) -> {
              if (!watch.isOfPeople()) {
                inOrder.put(name, () -> removeWatch(name, watch));
              }
            });
    for (FeatureView view : views) {
      inOrder.put(ViewMigration.descriptionOf(view.name()), () -> view(view));
      for (Watch watch : view.watches()) {
        inOrder.put(
            WatchName.of(view, watch),
            () -> watch(view, watch, TableShape.read(connection, watch.table())));
      }
    }
    return List.copyOf(inOrder.values());
  }

  private Step view(FeatureView view) {
    InstalledView before = installed.views().get(view.name());
    String people = WatchName.ofPeople(view.name());
    InstalledWatch peopleBefore = installed.watches().get(people);
    Integer peopleIdBefore = peopleBefore == null ? null : peopleBefore.id();
    PlannedIds at = ids;
    int viewId = before == null ? at.viewIdMax() + 1 : before.id();
    Integer newPeopleId = peopleBefore == null ? at.watchIdMax() + 1 : null;
    ids =
        new PlannedIds(
            Math.max(at.viewIdMax(), viewId), at.watchIdMax() + (newPeopleId == null ? 0 : 1));
    viewIds.put(view.name(), viewId);
    boolean isKept =
        before != null
            && newPeopleId == null
            && before.definitionHash().equals(view.definitionHash());
    return step(
        ViewMigration.descriptionOf(view.name()),
        view.definitionHash() + " " + viewId,
        null,
        at.expect(people, peopleIdBefore),
        isKept ? List.of() : ViewMigration.install(view, at, viewId, newPeopleId));
  }

  private Step watch(FeatureView view, Watch watch, Optional<TableShape> shape) {
    String name = WatchName.of(view, watch);
    InstalledWatch before = installed.watches().get(name);
    Integer idBefore = before == null ? null : before.id();
    PlannedIds at = ids;
    String definition = FeatureView.hash(watch.definition());
    WatchMigration migration =
        shape
            .filter(s -> missingColumns(watch, s).isEmpty())
            .map(s -> new WatchMigration(view, watch, s, triggers))
            .orElse(null);
    String sqlHash = migration == null ? "" : migration.sqlHash();
    Reason reason = before == null ? null : reason(before, watch, shape, definition, migration);
    boolean isKept = before != null && reason == null && before.definitionHash().equals(definition);
    if (before != null && isKept) {
      return step(
          name, sqlHash + definition + before.id(), null, at.expect(name, idBefore), List.of());
    }
    int id = at.watchIdMax() + 1;
    ids = new PlannedIds(at.viewIdMax(), id);
    return step(
        name,
        sqlHash + definition + id,
        reason,
        at.expect(name, idBefore),
        migration == null
            ? null
            : migration.install(id, viewIds.getOrDefault(view.name(), 0), idBefore));
  }

  /** Null if there is none. */
  private static @Nullable Reason reason(
      InstalledWatch before,
      Watch watch,
      Optional<TableShape> shape,
      String definition,
      @Nullable WatchMigration migration) {
    boolean isSameDefinition = before.definitionHash().equals(definition);
    if (before.defect() != null) {
      return new Reason(before.defect(), isSameDefinition);
    } else if (!isSameDefinition) {
      return null;
    } else if (shape.isPresent() && !missingColumns(watch, shape.get()).isEmpty()) {
      String missing = String.join(", ", missingColumns(watch, shape.get()));
      return new Reason("%s has no column %s".formatted(watch.table(), missing), true);
    } else if (migration != null && !before.sqlHash().equals(migration.sqlHash())) {
      return new Reason(
          "this version, or the table's present shape, or postgres.doorbell or postgres.change-log-max, asks for other triggers",
          migration.isServedBy(before.source(), before.id()));
    }
    return null;
  }

  private static List<String> missingColumns(Watch watch, TableShape shape) {
    return Stream.concat(watch.by().stream(), watch.columns().stream())
        .distinct()
        .filter(column -> shape.column(column).isEmpty())
        .toList();
  }

  private Step removeView(String name, InstalledView view) {
    String people = WatchName.ofPeople(name);
    InstalledWatch peopleBefore = installed.watches().get(people);
    Integer peopleId = peopleBefore == null ? null : peopleBefore.id();
    return step(
        ViewMigration.descriptionOf(name),
        "",
        null,
        ids.expect(people, peopleId),
        ViewMigration.remove(view.id(), peopleId));
  }

  private Step removeWatch(String name, InstalledWatch watch) {
    return step(name, "", null, ids.expect(name, watch.id()), WatchMigration.remove(watch.id()));
  }

  private Step step(
      String description,
      String content,
      @Nullable Reason reason,
      String expectation,
      @Nullable List<String> change) {
    List<String> statements = null;
    if (change != null) {
      statements = new ArrayList<>(List.of(lockTimeout, expectation));
      statements.addAll(change);
    }
    return new Step(
        description,
        content.hashCode(),
        reason == null ? null : reason.text(),
        reason != null && reason.canWait(),
        statements);
  }
}
