package dev.freshet.change;

/**
 * One history of one database: transaction ids mean the same only within it.
 *
 * @param system the cluster's system identifier
 * @param database the database's name
 * @param timeline of the cluster's write-ahead log; grows with each promotion
 */
public record History(String system, String database, int timeline) {

  /** Whether both are histories of the same database, whatever happened to it meanwhile. */
  public boolean isSameDatabase(History other) {
    return system.equals(other.system) && database.equals(other.database);
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException if the text is no history
   */
  public static History parse(String text) {
    String[] parts = text.split(" ", 3);
    if (parts.length != 3
        || !parts[0].matches("\\d+")
        || !parts[1].matches("\\d{1,9}")
        || parts[2].isEmpty()) {
      throw new IllegalArgumentException("`%s` is no history of a database".formatted(text));
    }
    return new History(parts[0], parts[2], Integer.parseInt(parts[1]));
  }

  /** The text form, as it stands in Redis: system, timeline, database. */
  @Override
  public String toString() {
    return system + " " + timeline + " " + database;
  }
}
