package dev.freshet.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.change.PgSnapshot;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import dev.freshet.view.OnChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How much of an attempt is on its way at once. */
final class AttemptTest {
  private static final PgSnapshot POSITION = PgSnapshot.parse("10:10:");

  private static final int ROOM = 4;

  private final OnTheWay chain = new OnTheWay();
  private final Room refresher = new Room();
  private final Attempt attempt =
      new Attempt(
          chain,
          refresher,
          new ServerCalls(new EvictionListener() {}, () -> 0),
          "0123456789abcdef",
          new Chain.State(Map.of(), true, 0),
          false,
          POSITION);

  /** Accepts all writes, and counts what was sent and not awaited. */
  private static final class OnTheWay implements Chain {
    private final List<Write> writes = new ArrayList<>();
    private int writesNow;
    private int writesMost;
    private int bytesNow;
    private int bytesMost;

    @Override
    public State read() {
      return new State(Map.of(), true, 0);
    }

    @Override
    public Sent send(Write write) {
      int bytes = write.cacheKeys().stream().mapToInt(String::length).sum();
      writes.add(write);
      writesMost = Math.max(writesMost, ++writesNow);
      bytesNow += bytes;
      bytesMost = Math.max(bytesMost, bytesNow);
      return () -> {
        writesNow--;
        bytesNow -= bytes;
        List<Long> leased = write.leases().stream().map(lease -> Reply.TIME_UNKNOWN).toList();
        return new Reply(true, write.cacheKeys().size(), 0, leased);
      };
    }

    @Override
    public Reply beat(String expected, long freshUntilMs) {
      throw new UnsupportedOperationException("an attempt does not beat");
    }

    @Override
    public KeyScan scan(String pattern) {
      throw new UnsupportedOperationException("an attempt does not scan");
    }
  }

  /** Has room for a few keys, and is never done with them. */
  private static final class Room implements Refresher {
    private final List<Leased> leased = new ArrayList<>();

    @Override
    public int room() {
      return ROOM - leased.size();
    }

    @Override
    public Duration leaseTime() {
      return Duration.ofSeconds(1);
    }

    @Override
    public void refresh(Leased key, String generation, String epoch) {
      leased.add(key);
    }
  }

  @Test
  void noMoreWritesAreOnTheirWayThanTheBound() {
    int keys = 20 * Chain.KEYS_MAX;
    for (int i = 0; i < keys; i++) {
      attempt.delete("key:" + i);
    }
    attempt.finish(POSITION, () -> {});

    assertThat(chain.writesMost).isEqualTo(Attempt.UNANSWERED_MAX);
    assertThat(chain.writes).allMatch(write -> write.cacheKeys().size() <= Chain.KEYS_MAX);
    assertThat(attempt.deleted()).isEqualTo(keys);
  }

  @Test
  void whatTheRefresherHasNoRoomForIsDeleted() {
    FeatureView view = EvictionPlanTest.view("images", "img:{id}", OnChange.REFRESH);
    for (int i = 0; i < 10; i++) {
      attempt.refresh(view, EntityKey.parse("" + i, 1), new byte[16]);
      attempt.flush();
    }
    attempt.finish(POSITION, () -> {});

    List<Chain.Lease> leases =
        chain.writes.stream().flatMap(write -> write.leases().stream()).toList();
    List<String> deleted =
        chain.writes.stream().flatMap(write -> write.cacheKeys().stream()).toList();
    assertThat(leases).hasSize(ROOM);
    assertThat(refresher.leased).hasSize(ROOM);
    assertThat(deleted).hasSize(10 - ROOM).doesNotContain("img:0");
  }

  @Test
  void noMoreBytesAreOnTheirWayThanTheBound() {
    String long1KiB = "k".repeat(1_024);
    for (int i = 0; i < 4_000; i++) {
      attempt.delete(long1KiB);
    }
    attempt.finish(POSITION, () -> {});

    assertThat(chain.bytesMost)
        .isLessThanOrEqualTo(Attempt.UNANSWERED_BYTES_MAX)
        .isGreaterThan(Attempt.UNANSWERED_BYTES_MAX - Chain.KEY_BYTES_MAX);
    assertThat(chain.writesMost).isLessThan(Attempt.UNANSWERED_MAX);
  }
}
