package dev.freshet.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class OverflowTest {
  private static Chain.State chain(Map<String, String> fields) {
    return new Chain.State(fields, true, 0);
  }

  @Test
  void aChainKnowsOneOpeningOnlyOrThatTheLogIsFull() {
    Chain.State full = chain(Map.of(Chain.Field.OVERFLOW, "full"));
    Chain.State third = chain(Map.of(Chain.Field.OVERFLOW, "3"));
    assertThat(Overflow.IS_FULL.isKnownTo(full)).isTrue();
    assertThat(Overflow.IS_FULL.isKnownTo(third)).isFalse();
    assertThat(Overflow.openSince(3).isKnownTo(third)).isTrue();
    assertThat(Overflow.openSince(4).isKnownTo(third)).isFalse();
    assertThat(Overflow.openSince(3).isKnownTo(full)).isFalse();
  }

  @Test
  void aChainThatSaysNothingKnowsNothing() {
    Chain.State silent = chain(Map.of());
    assertThat(Overflow.IS_FULL.isKnownTo(silent)).isFalse();
    assertThat(Overflow.openSince(1).isKnownTo(silent)).isFalse();
    assertThat(Overflow.isFullTo(silent)).isFalse();
  }
}
