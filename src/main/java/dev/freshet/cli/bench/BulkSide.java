package dev.freshet.cli.bench;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What a statement that updates many rows pays for. */
enum BulkSide {
  /** No trigger. */
  NONE,
  /** Freshet's triggers. No daemon runs: it would begin when the statement has ended. */
  FRESHET,
  /** A row trigger that sends each key with {@code pg_notify}, and somebody who listens. */
  NAIVE;

  /** Those that stand for some sides of single-row updates. */
  static List<BulkSide> of(Collection<WriterSide> sides) {
    return Stream.of(values()).filter(bulk -> sides.stream().anyMatch(bulk::standsFor)).toList();
  }

  private boolean standsFor(WriterSide side) {
    return switch (side) {
      case NONE -> this == NONE;
      case INSERT_ONLY -> false; // a row of the log for each key is no way to log many
      case FRESHET_AWAKE, FRESHET_ASLEEP, LOG_NOTIFY -> this == FRESHET;
      case NAIVE -> this == NAIVE;
    };
  }

  /** Its name in reports. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
