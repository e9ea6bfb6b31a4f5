package dev.freshet.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.RandomCases;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Compares snapshots with the sets of transactions that they stand for. */
class PgSnapshotTest {
  private static final long XID_MAX = 14;

  private static PgSnapshot randomSnapshot(Random random) {
    long xmax = 1 + random.nextLong(XID_MAX);
    long[] xip = LongStream.range(1, xmax).filter(xid -> random.nextInt(3) == 0).toArray();
    return new PgSnapshot(xmax, xip);
  }

  private static Set<Long> seenBy(PgSnapshot snapshot) {
    return LongStream.rangeClosed(1, XID_MAX)
        .filter(snapshot::sees)
        .boxed()
        .collect(Collectors.toSet());
  }

  @Test
  void aSnapshotSeesWhatIsBelowXmaxAndNotInProgress() {
    PgSnapshot snapshot = PgSnapshot.parse("3:8:3,5");

    assertThat(seenBy(snapshot)).containsExactlyInAnyOrder(1L, 2L, 4L, 6L, 7L);
    assertThat(snapshot.xmax()).isEqualTo(8);
    assertThat(snapshot.xip()).containsExactly(3, 5);
  }

  @Test
  void operationsAreThoseOfSets() {
    RandomCases.check(
        5_000,
        random -> {
          PgSnapshot a = randomSnapshot(random);
          PgSnapshot b = randomSnapshot(random);
          long x = 1 + random.nextLong(XID_MAX);
          Set<Long> seenByA = seenBy(a);
          Set<Long> seenByB = seenBy(b);

          assertThat(a.seesAllOf(b)).as("%s ⊇ %s", a, b).isEqualTo(seenByA.containsAll(seenByB));
          assertThat(seenBy(a.union(b)))
              .as("%s ∪ %s", a, b)
              .isEqualTo(
                  LongStream.rangeClosed(1, XID_MAX)
                      .boxed()
                      .filter(xid -> seenByA.contains(xid) || seenByB.contains(xid))
                      .collect(Collectors.toSet()));
          assertThat(seenBy(a.intersection(b)))
              .as("%s ∩ %s", a, b)
              .isEqualTo(seenByA.stream().filter(seenByB::contains).collect(Collectors.toSet()));
          assertThat(seenBy(a.restrictedBelow(x)))
              .as("%s below %d", a, x)
              .isEqualTo(seenByA.stream().filter(xid -> xid < x).collect(Collectors.toSet()));
        });
  }

  @Test
  void transactionsBelowXmaxCanBeAdded() {
    RandomCases.check(
        2_000,
        random -> {
          PgSnapshot snapshot = randomSnapshot(random);
          long[] more = random.longs(4, 1, XID_MAX).toArray();
          Set<Long> expected = seenBy(snapshot);
          LongStream.of(more).filter(xid -> xid < snapshot.xmax()).forEach(expected::add);

          assertThat(seenBy(snapshot.with(LongStream.of(more)))).isEqualTo(expected);
        });
  }

  @Test
  void everySnapshotIsReadBackFromItsText() {
    RandomCases.check(
        2_000,
        random -> {
          PgSnapshot snapshot = randomSnapshot(random);

          assertThat(PgSnapshot.parse(snapshot.toString()))
              .isEqualTo(snapshot)
              .hasSameHashCodeAs(snapshot);
        });
  }

  @Test
  void theTextIsThatOfPostgres() {
    assertThat(new PgSnapshot(8, 5, 3, 5)).hasToString("3:8:3,5");
    assertThat(new PgSnapshot(8)).hasToString("8:8:");
    assertThat(PgSnapshot.parse("2:8:3,5")).as("its own transaction").hasToString("3:8:3,5");
    long large = 1L << 62;
    assertThat(PgSnapshot.parse(large + ":" + (large + 1) + ":" + large).sees(large)).isFalse();
  }

  @Test
  void aSnapshotOfVeryManyTransactionsIsRead() {
    PgSnapshot snapshot = new PgSnapshot(200_000, LongStream.range(1, 100_000).toArray());

    assertThat(PgSnapshot.parse(snapshot.toString())).isEqualTo(snapshot);
  }

  @Test
  void whatIsNoSnapshotIsRefused() {
    for (String text :
        List.of(
            "",
            "1",
            "1:2",
            "a:2:",
            "1:b:",
            "1:2:c",
            "-1:2:",
            "1:-2:",
            "0:1:",
            "1:0:",
            "3:2:",
            "1:5:5",
            "1:5:0",
            "1:5:7",
            "3:5:2",
            "1:5:2,",
            "1:5:,2",
            "1:5:2,,3",
            "1:5: 2",
            "+1:5:",
            "1:5:2:3",
            "1:99999999999999999999:",
            "1:9999999999999999999:",
            " 1:5:",
            "1:5:\n")) {
      assertThatThrownBy(() -> PgSnapshot.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aSnapshotCannotBeChangedThroughItsArrays() {
    long[] given = {3, 5};
    PgSnapshot snapshot = new PgSnapshot(8, given);
    given[0] = 4;
    snapshot.xip()[0] = 4;

    assertThat(snapshot).hasToString("3:8:3,5");
  }
}
