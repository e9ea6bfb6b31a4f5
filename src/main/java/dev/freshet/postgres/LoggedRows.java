package dev.freshet.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.freshet.change.Change;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of the change log as statements return them: many in one value, in Postgres' binary form.
 *
 * <p>The driver looks a column up by name, copies it, and makes several objects of it. For rows of
 * one key each that took longer than all else that is done with a change.
 */
final class LoggedRows {
  /** What a statement selects of {@code freshet.change_log} for a row; values may be joined. */
  static final String ROW = "record_send(ROW(xid, watch_id, clock_timestamp() - at, keys))";

  private static final int NULL = -1;
  private static final long DAY_MS = 86_400_000;

  private LoggedRows() {}

  /**
   * Reads joined rows. Each has the number of its columns, and of each column the type, the length
   * in bytes or -1 for NULL, and the value: transaction id, watch, age, keys.
   *
   * @param joined no, one, or several rows
   * @param changes gets them
   */
  static void read(byte[] joined, List<Change> changes) {
    ByteBuffer rows = ByteBuffer.wrap(joined);
    while (rows.hasRemaining()) {
      skip(rows, Integer.BYTES);
      nextLength(rows);
      long xid = rows.getLong();
      nextLength(rows);
      int watchId = rows.getInt();
      nextLength(rows);
      long ageMs = readIntervalMs(rows);
      List<String> keys = nextLength(rows) == NULL ? null : new ArrayList<>(1);
      int keyless = keys == null ? 0 : readKeys(rows, keys);
      changes.add(new Change(xid, watchId, keys, keyless, Math.max(0, ageMs)));
    }
  }

  /** The length of the next column, whose value the buffer is at then. */
  private static int nextLength(ByteBuffer rows) {
    skip(rows, Integer.BYTES);
    return rows.getInt();
  }

  /** Of an interval that is the difference of two times: microseconds, days, no months. */
  private static long readIntervalMs(ByteBuffer rows) {
    long micros = rows.getLong();
    int days = rows.getInt();
    skip(rows, Integer.BYTES);
    return days * DAY_MS + micros / 1_000;
  }

  /**
   * The elements of an array: the number of dimensions, flags, the type of elements; of each
   * dimension its length and lower bound; of each element its length in bytes, and bytes; of a NULL
   * -1.
   *
   * @param keys gets the elements that are not NULL
   * @return how many are NULL
   */
  private static int readKeys(ByteBuffer array, List<String> keys) {
    int dimensions = array.getInt();
    skip(array, 2 * Integer.BYTES);
    if (dimensions == 0) {
      return 0;
    }
    int length = array.getInt();
    skip(array, Integer.BYTES);
    int nulls = 0;
    for (int i = 0; i < length; i++) {
      int bytes = array.getInt();
      if (bytes == NULL) {
        nulls++;
        continue;
      }
      keys.add(new String(array.array(), array.arrayOffset() + array.position(), bytes, UTF_8));
      skip(array, bytes);
    }
    return nulls;
  }

  private static void skip(ByteBuffer buffer, int bytes) {
    buffer.position(buffer.position() + bytes);
  }
}
