package dev.freshet.cli.consistency;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.RandomCases;
import dev.freshet.cli.consistency.Violation.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Times are in milliseconds since the oracle's beginning. */
class OracleTest {
  private static final int KEY = 1;
  private static final int OTHER = 2;

  private final Violations violations = new Violations();
  private final Oracle oracle = new Oracle(2, violations, 0);

  private static long at(long ms) {
    return MILLISECONDS.toNanos(ms);
  }

  private Oracle.Commit begin(int key, long version, long sentMs) {
    return oracle.begin(Map.of(key, version), at(sentMs));
  }

  private long commit(int key, long sentMs, long knownMs) {
    long version = oracle.newVersion();
    begin(key, version, sentMs).committed(at(knownMs));
    return version;
  }

  private void read(long version, long startMs, long endMs) {
    oracle.check(new Observation(KEY, version, at(startMs), at(endMs), true, false));
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> counts(String of) {
    return (Map<String, Object>) oracle.toMap().getOrDefault(of, Map.of());
  }

  private void assertStale(long beyond0, long beyond100Ms, long beyond2S) {
    assertThat(counts("asFresh"))
        .containsEntry("staleByMoreThan0Ms", beyond0)
        .containsEntry("staleByMoreThan100Ms", beyond100Ms)
        .containsEntry("staleByMoreThan2000Ms", beyond2S);
    assertThat(violations.count(Kind.STALE)).isEqualTo(beyond2S);
  }

  @Test
  void theFirstVersionMayBeReadAtOnce() {
    read(1, 0, 1);
    assertThat(oracle.reads()).isEqualTo(1);
    assertThat(violations.count()).isZero();
  }

  @Test
  void aVersionMayBeReadFromTheMomentItsCommitWasSent() {
    long version = oracle.newVersion();
    begin(KEY, version, 100);
    read(version, 90, 100);
    read(1, 90, 100);
    assertThat(violations.count()).isZero();
  }

  @Test
  void aVersionThatIsReadBeforeItsCommitWasSentIsAPhantom() {
    long version = oracle.newVersion();
    begin(KEY, version, 100);
    read(version, 90, 99);
    assertThat(violations.count(Kind.PHANTOM)).isEqualTo(1);
  }

  @Test
  void aVersionThatWasNeverBegunIsAPhantom() {
    read(oracle.newVersion(), 1, 2);
    read(999, 1, 2);
    read(-1, 1, 2);
    read(Long.MAX_VALUE, 1, 2);
    assertThat(violations.count(Kind.PHANTOM)).isEqualTo(4);
  }

  @Test
  void anotherKeysVersionIsWrongHere() {
    long version = commit(OTHER, 10, 20);
    read(version, 30, 40);
    assertThat(violations.count()).isEqualTo(1);
  }

  @Test
  void aReplacedVersionIsStaleOnceTheNextOneIsAcknowledged() {
    commit(KEY, 100, 110);
    read(1, 110, 115);
    assertStale(0, 0, 0);
    read(1, 111, 115);
    assertStale(1, 0, 0);
    read(1, 210, 215);
    assertStale(2, 0, 0);
    read(1, 211, 215);
    assertStale(3, 1, 0);
    read(1, 2_110, 2_111);
    assertStale(4, 2, 0);
    read(1, 2_111, 2_111);
    assertStale(5, 3, 1);
  }

  @Test
  void ageCountsFromTheVeryNextCommit() {
    commit(KEY, 100, 110);
    commit(KEY, 2_000, 2_010);
    read(1, 2_111, 2_112);
    assertStale(1, 1, 1);
  }

  @Test
  void aCommitOfUnknownOutcomeReplacesNothing() {
    long version = oracle.newVersion();
    begin(KEY, version, 100);
    read(1, 10_000, 10_001);
    read(version, 10_000, 10_001);
    assertThat(violations.count()).isZero();
    assertStale(0, 0, 0);
  }

  @Test
  void aCommitThatIsFoundOutLaterReplacesFromThenOn() {
    long version = oracle.newVersion();
    Oracle.Commit commit = begin(KEY, version, 100);
    commit.committed(at(5_000));
    read(1, 5_000, 5_001);
    assertStale(0, 0, 0);
    read(1, 7_001, 7_002);
    assertStale(1, 1, 1);
  }

  @Test
  void aVersionThatWasReadAndTurnsOutAbortedIsAPhantomForEachRead() {
    long version = oracle.newVersion();
    Oracle.Commit commit = begin(KEY, version, 100);
    read(version, 110, 120);
    read(version, 130, 140);
    assertThat(violations.count()).isZero();
    commit.aborted();
    assertThat(violations.count(Kind.PHANTOM)).isEqualTo(2);
    read(version, 150, 160);
    assertThat(violations.count(Kind.PHANTOM)).isEqualTo(3);
  }

  @Test
  void anAbortedVersionReplacesNothing() {
    begin(KEY, oracle.newVersion(), 100).aborted();
    read(1, 10_000, 10_001);
    assertThat(violations.count()).isZero();
    assertThat(oracle.current(KEY)).isEqualTo(1);
  }

  @Test
  void anAbsenceIsTheLatestOneThatItCanHaveBeen() {
    begin(KEY, Oracle.ABSENT, 100).committed(at(110));
    read(Oracle.ABSENT, 110, 111);
    long version = commit(KEY, 3_000, 3_010);
    begin(KEY, Oracle.ABSENT, 6_000).committed(at(6_010));
    read(Oracle.ABSENT, 6_000, 6_001);
    assertStale(0, 0, 0);
    read(version, 8_011, 8_012);
    assertStale(1, 1, 1);
    commit(KEY, 9_000, 9_010);
    read(Oracle.ABSENT, 11_011, 11_012);
    assertStale(2, 2, 2);
  }

  @Test
  void anAbsenceOfAKeyThatAlwaysHadARowIsStale() {
    read(Oracle.ABSENT, 5, 6);
    assertStale(1, 1, 1);
  }

  @Test
  void aVersionThatWasForgottenIsStaleAndNoPhantom() {
    long second = commit(KEY, 100, 110);
    long minutes = SECONDS.toMillis(121);
    commit(KEY, 1_000, 1_010);
    commit(KEY, 1_010 + minutes, 1_020 + minutes);
    commit(KEY, 1_030 + minutes, 1_040 + minutes);
    read(second, 2_000 + minutes, 2_001 + minutes);
    assertStale(1, 1, 1);
    assertThat(violations.count(Kind.PHANTOM)).isZero();
  }

  @Test
  void whatTheLoaderSaysMayBeBehindIsCountedApart() {
    commit(KEY, 100, 110);
    oracle.check(new Observation(KEY, 1, at(9_000), at(9_001), true, true));
    oracle.check(new Observation(KEY, 999, at(9_000), at(9_001), true, true));
    assertThat(violations.count()).isZero();
    assertThat(counts("saidToBeBehind"))
        .containsEntry("reads", 2L)
        .containsEntry("staleByMoreThan2000Ms", 1L)
        .containsEntry("phantoms", 1L);
    assertThat(counts("asFresh")).containsEntry("reads", 0L);
  }

  @Test
  void afterLostCommitsTheSurvivorIsRightAndTheLostVersionAPhantomSoonAfter() {
    long lost = commit(KEY, 100, 110);
    oracle.unsettle(at(1_000));
    read(1, 4_000, 4_001); // the survivor, looked up after the failover
    assertStale(0, 0, 0);
    assertThat(oracle.settle(Map.of(KEY, 1L, OTHER, 1L), at(5_000))).isEqualTo(1);
    assertStale(0, 0, 0);
    read(1, 5_100, 5_101);
    read(lost, 5_000, 5_001);
    read(lost, 6_900, 6_901);
    assertThat(violations.count()).isZero();
    read(lost, 7_001, 7_002);
    assertThat(violations.count(Kind.PHANTOM)).isEqualTo(1);
    assertThat(oracle.toMap()).containsEntry("versionsLostByPostgres", 1L);
  }

  @Test
  void whatWasPutAsideIsWrongAfterAllIfNothingWentBack() {
    long second = commit(KEY, 100, 110);
    oracle.unsettle(at(1_000));
    read(1, 4_000, 4_001);
    read(second, 4_000, 4_001);
    assertThat(oracle.settle(Map.of(KEY, second, OTHER, 1L), at(5_000))).isZero();
    assertStale(1, 1, 1);
  }

  @Test
  void aKeyThatGoesBackToAbsenceIsKnownByItsMissingRow() {
    begin(KEY, Oracle.ABSENT, 10).committed(at(20));
    long lost = commit(KEY, 100, 110);
    oracle.unsettle(at(1_000));
    oracle.settle(Map.of(OTHER, 1L), at(2_000));
    assertThat(oracle.current(KEY)).isEqualTo(Oracle.ABSENT);
    read(Oracle.ABSENT, 3_000, 3_001);
    assertThat(violations.count()).isZero();
    read(lost, 9_000, 9_001);
    assertThat(violations.count(Kind.PHANTOM)).isEqualTo(1);
  }

  @Test
  void onlyTheFirstViolationsAreKeptAndAllAreCounted() {
    commit(KEY, 100, 110);
    for (int i = 0; i < 50; i++) {
      read(1, 5_000, 5_001);
    }
    assertThat(violations.count(Kind.STALE)).isEqualTo(50);
    assertThat(violations.first()).hasSize(Violations.KEPT_MAX);
    assertThat(violations.first().get(0).what())
        .contains("key 1", "from Redis", "begun at 5000.0 ms", "returned version 1", "4890.0 ms");
    assertThat(violations.first().get(0).history()).hasSize(2);
  }

  /**
   * A register that is changed at moments within the commits' intervals, and read at moments within
   * the reads': no such read is ever wrong. A read that is set back by a known time is as stale as
   * the intervals prove, no more and no less.
   */
  @Test
  void agreesWithARegisterWhoseTrueHistoryIsKnown() {
    RandomCases.check(200, random -> checkAgainstRegister(random));
  }

  private record Change(long version, long sent, long applied, long known) {}

  private static void checkAgainstRegister(Random random) {
    Violations found = new Violations();
    Oracle judge = new Oracle(1, found, 0);
    List<Change> changes = new ArrayList<>(List.of(new Change(1, 0, 0, 0)));
    long now = 1;
    for (int i = 0; i < 30; i++) {
      long sent = now + random.nextInt(500);
      long applied = sent + random.nextInt(300);
      long known = applied + random.nextInt(300);
      long version = random.nextInt(4) == 0 ? Oracle.ABSENT : judge.newVersion();
      Oracle.Commit commit = judge.begin(Map.of(1, version), at(sent));
      if (random.nextInt(5) == 0) {
        commit.aborted();
      } else {
        commit.committed(at(known));
        changes.add(new Change(version, sent, applied, known));
      }
      now = known + 1;
    }
    long expectedStale = 0;
    for (int i = 0; i < 300; i++) {
      long start = random.nextInt((int) now + 3_000);
      long end = start + random.nextInt(400);
      long moment = start + (end == start ? 0 : random.nextInt((int) (end - start) + 1));
      boolean isSetBack = random.nextBoolean();
      long seenAt = isSetBack ? Math.max(0, moment - random.nextInt(6_000)) : moment;
      long version =
          changes.stream()
              .filter(change -> change.applied <= seenAt)
              .reduce((before, after) -> after)
              .orElseThrow()
              .version;
      long violationsBefore = found.count();
      judge.check(new Observation(1, version, at(start), at(end), true, false));
      long age = provenAge(changes, version, start, end);
      if (age > Oracle.BOUND.toMillis()) {
        expectedStale++;
      }
      if (!isSetBack) {
        assertThat(found.count()).isEqualTo(violationsBefore);
        assertThat(age).isZero();
      }
    }
    assertThat(found.count(Kind.STALE)).isEqualTo(expectedStale);
    assertThat(found.count(Kind.PHANTOM)).isZero();
  }

  /** The least age, over all moments at which the version can have been the present one. */
  private static long provenAge(List<Change> changes, long version, long start, long end) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < changes.size(); i++) {
      if (changes.get(i).version == version && changes.get(i).sent <= end) {
        long age = i + 1 == changes.size() ? 0 : Math.max(0, start - changes.get(i + 1).known);
        least = Math.min(least, age);
      }
    }
    return least;
  }
}
