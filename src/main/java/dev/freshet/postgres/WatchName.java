package dev.freshet.postgres;

import dev.freshet.view.FeatureView;
import dev.freshet.view.Watch;

/**
 * The name of a watch in Flyway's history and in {@code freshet.watch}: the same for every
 * definition of it.
 */
final class WatchName {
  /** Flyway's history keeps no longer descriptions. */
  private static final int LENGTH_MAX = 200;

  private WatchName() {}

  static String of(FeatureView view, Watch watch) {
    String name =
        "watch %s on %s by %s".formatted(view.name(), watch.table(), String.join(", ", watch.by()));
    return name.length() <= LENGTH_MAX
        ? name
        : name.substring(0, LENGTH_MAX - 17) + " " + FeatureView.hash(name);
  }

  /** The name of a view's watch of people, see {@code freshet.evict}. */
  static String ofPeople(String view) {
    return "people evict " + view;
  }
}
