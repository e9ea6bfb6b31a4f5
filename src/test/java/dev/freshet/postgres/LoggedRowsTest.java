package dev.freshet.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.RandomCases;
import dev.freshet.change.Change;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LoggedRowsTest {
  private static final int ANY_TYPE = 25;

  /** A row as Postgres' {@code record_send} writes it. */
  private static void send(
      ByteBuffer rows, long xid, int watchId, int days, long micros, @Nullable List<?> keys) {
    rows.putInt(4);
    rows.putInt(ANY_TYPE).putInt(Long.BYTES).putLong(xid);
    rows.putInt(ANY_TYPE).putInt(Integer.BYTES).putInt(watchId);
    rows.putInt(ANY_TYPE).putInt(16).putLong(micros).putInt(days).putInt(0);
    rows.putInt(ANY_TYPE);
    if (keys == null) {
      rows.putInt(-1);
      return;
    }
    int lengthAt = rows.position();
    rows.putInt(0);
    sendArray(rows, keys);
    rows.putInt(lengthAt, rows.position() - lengthAt - Integer.BYTES);
  }

  /** An array as Postgres' {@code array_send} writes it. */
  private static void sendArray(ByteBuffer array, List<?> elements) {
    if (elements.isEmpty()) {
      array.putInt(0).putInt(0).putInt(ANY_TYPE);
      return;
    }
    array.putInt(1).putInt(0).putInt(ANY_TYPE).putInt(elements.size()).putInt(1);
    for (Object element : elements) {
      if (element == null) {
        array.putInt(-1);
        continue;
      }
      byte[] bytes = element.toString().getBytes(UTF_8);
      array.putInt(bytes.length).put(bytes);
    }
  }

  private static List<Change> read(ByteBuffer rows) {
    byte[] joined = new byte[rows.flip().remaining()];
    rows.get(joined);
    List<Change> changes = new ArrayList<>();
    LoggedRows.read(joined, changes);
    return changes;
  }

  @Test
  void joinedRowsAreReadOneAfterAnother() {
    ByteBuffer rows = ByteBuffer.allocate(1_000);
    send(rows, 7_000_000_000L, 1, 0, 1_999, List.of("", "7", "a:b\\c", "ключ", "😀\n"));
    send(rows, 3, Integer.MAX_VALUE, 2, 5_000_000, null);
    send(rows, 4, 2, 0, -1_000_000, List.of());
    assertThat(read(rows))
        .containsExactly(
            new Change(7_000_000_000L, 1, List.of("", "7", "a:b\\c", "ключ", "😀\n"), 0, 1),
            new Change(3, Integer.MAX_VALUE, null, 0, 2 * 86_400_000 + 5_000),
            new Change(4, 2, List.of(), 0, 0));
    assertThat(read(ByteBuffer.allocate(0))).isEmpty();
  }

  @Test
  void rowsWithoutAKeyAreCounted() {
    ByteBuffer rows = ByteBuffer.allocate(1_000);
    send(rows, 3, 1, 0, 0, Arrays.asList(null, "7", null));
    assertThat(read(rows)).containsExactly(new Change(3, 1, List.of("7"), 2, 0));
  }

  @Test
  void anyKeysAreReadAsTheyAre() {
    RandomCases.check(
        500,
        random -> {
          ByteBuffer rows = ByteBuffer.allocate(1 << 17);
          List<Change> sent = new ArrayList<>();
          for (int row = random.nextInt(5); row >= 0; row--) {
            List<String> keys = new ArrayList<>();
            for (int i = random.nextInt(20); i >= 0; i--) {
              keys.add(RandomCases.hostileText(random));
            }
            send(rows, row, row, 0, 0, keys);
            sent.add(new Change(row, row, keys, 0, 0));
          }
          assertThat(read(rows)).isEqualTo(sent);
        });
  }
}
