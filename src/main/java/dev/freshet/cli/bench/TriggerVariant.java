package dev.freshet.cli.bench;

/**
 * One way to build the trigger, or the change log that it writes to.
 *
 * @param name in the report
 * @param what sets it apart from Freshet's own trigger
 * @param rowsPerTransaction how many rows a transaction must leave in the log
 * @param log the table that it logs to
 * @param making makes it of a database that was migrated
 */
record TriggerVariant(String name, String what, int rowsPerTransaction, String log, Making making) {
  static final String CHANGE_LOG = "freshet.change_log";

  /** What has to be changed. */
  @FunctionalInterface
  interface Making {
    /** Changes the variant's own database. */
    void in(TriggerDatabase database);
  }

  /** A variant that logs as Freshet's own trigger does. */
  static TriggerVariant logging(String name, String what, Making making) {
    return new TriggerVariant(name, what, 1, CHANGE_LOG, making);
  }

  /** A variant that logs nothing. */
  static TriggerVariant silent(String name, String what, Making making) {
    return new TriggerVariant(name, what, 0, CHANGE_LOG, making);
  }
}
