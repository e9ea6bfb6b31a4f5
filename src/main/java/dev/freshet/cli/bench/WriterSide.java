package dev.freshet.cli.bench;

import java.util.Locale;

/** What a table's writers pay for: one side of the comparison. */
public enum WriterSide {
  /** No trigger. */
  NONE,
  /**
   * A statement trigger that only inserts the key into a table, which nobody reads: about the least
   * that a trigger costs which keeps a log.
   */
  INSERT_ONLY,
  /** Freshet's triggers, and a daemon that follows them. */
  FRESHET_AWAKE,
  /** Freshet's triggers while nobody drains the change log and every writer rings. */
  FRESHET_ASLEEP,
  /** A row trigger that sends the key with {@code pg_notify}, and a listener that deletes it. */
  NAIVE,
  /** Freshet's triggers with a NOTIFY in every transaction, and a daemon that follows them. */
  LOG_NOTIFY;

  /** Its name on the command line and in reports, as {@code freshet-awake}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
