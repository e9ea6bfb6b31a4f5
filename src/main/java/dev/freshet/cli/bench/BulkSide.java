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
    return Stream.of(values())
        .filter(bulk -> sides.stream().anyMatch(side -> of(side) == bulk))
        .toList();
  }

  private static BulkSide of(WriterSide side) {
    return switch (side) {
      case NONE -> NONE;
      case NAIVE -> NAIVE;
      case FRESHET_AWAKE, FRESHET_ASLEEP, LOG_NOTIFY -> FRESHET;
    };
  }

  /** Its name in reports. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
