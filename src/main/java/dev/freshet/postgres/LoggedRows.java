package dev.freshet.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.freshet.change.Change;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A row of the change log as statements return it.
 *
 * <p>The keys travel as one value, the array's binary form ({@code array_send}): the driver's own
 * reading of an array makes several objects of each element, and took longer than all else that is
 * done with a key.
 */
final class LoggedRow {
  /** What a statement selects of {@code freshet.change_log}. */
  static final String COLUMNS =
      """
      xid::text::bigint AS xid, watch_id, array_send(keys) AS keys,
      (extract(epoch FROM clock_timestamp() - at) * 1000)::bigint AS age_ms
      """;

  private LoggedRow() {}

  /** The change in the result's present row. */
  static Change change(ResultSet row) throws SQLException {
    byte[] array = row.getBytes("keys");
    List<String> keys = array == null ? null : new ArrayList<>();
    int keyless = keys == null ? 0 : readKeys(ByteBuffer.wrap(array), keys);
    return new Change(
        row.getLong("xid"),
        row.getInt("watch_id"),
        keys,
        keyless,
        Math.max(0, row.getLong("age_ms")));
  }

  /**
   * The elements of an array in binary form: the number of dimensions, flags, the type of elements;
   * of each dimension its length and lower bound; of each element its length in bytes, and bytes;
   * of a NULL -1.
   *
   * @param keys gets the elements that are not NULL
   * @return how many are NULL
   */
  static int readKeys(ByteBuffer array, List<String> keys) {
    int dimensions = array.getInt();
    if (dimensions == 0) {
      return 0;
    }
    array.position(array.position() + 2 * Integer.BYTES);
    int length = array.getInt();
    array.position(array.position() + Integer.BYTES);
    int nulls = 0;
    for (int i = 0; i < length; i++) {
      int bytes = array.getInt();
      if (bytes < 0) {
        nulls++;
        continue;
      }
      keys.add(new String(array.array(), array.arrayOffset() + array.position(), bytes, UTF_8));
      array.position(array.position() + bytes);
    }
    return nulls;
  }
}
