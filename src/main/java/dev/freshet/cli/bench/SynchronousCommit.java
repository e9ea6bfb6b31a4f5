package dev.freshet.cli.bench;

import java.util.Locale;

/** Whether a commit waits for its WAL to be on the disk: Postgres' setting of that name. */
public enum SynchronousCommit {
  ON,
  OFF;

  /** The setting's value. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
