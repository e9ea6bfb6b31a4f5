package dev.freshet.eviction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.change.History;
import dev.freshet.change.Link;
import dev.freshet.change.PgSnapshot;
import dev.freshet.eviction.ChangeSource.Reading;
import dev.freshet.eviction.EvictionListener.NewChain;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChainCheckTest {
  private static final History HISTORY = new History("7001", "shop", 2);
  private static final Link LINK = new Link(false, new PgSnapshot(100, 90), "0123456789abcdef", 3);

  private static Chain.State state(Map<String, String> changes) {
    Map<String, String> fields = new HashMap<>();
    fields.put(Chain.Field.LINK, LINK.toString());
    fields.put(Chain.Field.GENERATION, "g1");
    fields.put(Chain.Field.HISTORY, HISTORY.toString());
    fields.putAll(changes);
    fields.values().removeIf(String::isEmpty);
    return new Chain.State(fields, true, 0);
  }

  private static Optional<NewChain> reason(
      PgSnapshot snapshot, PgSnapshot floor, Optional<String> generation) {
    return ChainCheck.reasonForNewChain(
        state(Map.of()),
        new Reading(snapshot, floor, generation, Overflow.openSince(1)),
        LINK.position());
  }

  @Test
  void aChainWithAllItsFieldsIsWhole() {
    assertThat(ChainCheck.wholeLink(state(Map.of()))).contains(LINK);
  }

  @Test
  void aChainThatLacksAFieldOrCannotBeUnderstoodIsNone() {
    for (String field :
        new String[] {Chain.Field.LINK, Chain.Field.GENERATION, Chain.Field.HISTORY}) {
      assertThat(ChainCheck.wholeLink(state(Map.of(field, "")))).as(field).isEmpty();
    }
    assertThat(ChainCheck.wholeLink(state(Map.of(Chain.Field.LINK, "nonsense")))).isEmpty();
  }

  @Test
  void aPositionWithinTheHistoryIsGoneOnFrom() {
    assertThat(reason(new PgSnapshot(100, 90), new PgSnapshot(1), Optional.of("g1"))).isEmpty();
    assertThat(reason(new PgSnapshot(200), new PgSnapshot(90), Optional.of("g1"))).isEmpty();
    assertThat(reason(new PgSnapshot(200), new PgSnapshot(100, 90), Optional.of("g1"))).isEmpty();
  }

  @Test
  void aMissingOrOtherGenerationStartsANewChain() {
    PgSnapshot floor = new PgSnapshot(1);
    assertThat(reason(new PgSnapshot(200), floor, Optional.empty()))
        .contains(NewChain.OTHER_GENERATION);
    assertThat(reason(new PgSnapshot(200), floor, Optional.of("g2")))
        .contains(NewChain.OTHER_GENERATION);
  }

  @Test
  void aPositionAheadOfTheDatabaseIsForeign() {
    assertThat(reason(new PgSnapshot(99), new PgSnapshot(1), Optional.of("g1")))
        .contains(NewChain.FOREIGN);
  }

  @Test
  void aPositionThatDoesNotSeeAllBelowTheFloorIsTooOld() {
    assertThat(reason(new PgSnapshot(200), new PgSnapshot(101), Optional.of("g1")))
        .contains(NewChain.TOO_OLD);
    assertThat(reason(new PgSnapshot(200), new PgSnapshot(95), Optional.of("g1")))
        .as("90 was in progress for the link and is below the floor")
        .contains(NewChain.TOO_OLD);
  }

  @Test
  void anotherDatabaseIsTakenOverOnlyOnPurpose() {
    History other = new History("7002", "shop", 1);
    assertThatThrownBy(
            () -> ChainCheck.checkHistory(state(Map.of()), other, NewChain.NO_LINK, false))
        .isInstanceOf(OtherDatabaseException.class)
        .hasMessageContaining("--adopt");
    assertThat(ChainCheck.checkHistory(state(Map.of()), other, NewChain.NO_LINK, true))
        .isEqualTo(NewChain.ADOPTED);
  }

  @Test
  void aServerLeftBehindByAPromotionWritesNothing() {
    assertThatThrownBy(
            () ->
                ChainCheck.checkHistory(
                    state(Map.of()), new History("7001", "shop", 1), NewChain.NO_LINK, true))
        .isInstanceOf(OldPrimaryException.class)
        .hasMessageContaining("timeline 2");
    assertThat(
            ChainCheck.checkHistory(
                state(Map.of()), new History("7001", "shop", 3), NewChain.OTHER_GENERATION, false))
        .isEqualTo(NewChain.OTHER_GENERATION);
  }
}
