package dev.freshet.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.RandomCases;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EntityKeyTest {

  /** All values of up to three of the characters that escaping is about; 40 of them. */
  static List<String> trickyValues() {
    List<String> values = new ArrayList<>(List.of(""));
    for (int from = 0; values.size() < 40; from++) {
      for (String c : List.of(":", "\\", "a")) {
        values.add(values.get(from) + c);
      }
    }
    return values;
  }

  @Test
  void theTextFormIsTheValuesJoinedAndEscaped() {
    assertThat(EntityKey.of("7").text()).isEqualTo("7");
    assertThat(EntityKey.of("a:b", "c\\d", "").text()).isEqualTo("a\\:b:c\\\\d:");
    assertThat(EntityKey.of("a", "b")).hasToString("a:b");
  }

  @Test
  void noTwoKeysShareATextForm() {
    Map<String, EntityKey> byText = new HashMap<>();
    for (String first : trickyValues()) {
      for (String second : trickyValues()) {
        EntityKey key = EntityKey.of(first, second);
        assertThat(byText.put(key.text(), key)).isNull();
        assertThat(EntityKey.parse(key.text(), 2)).isEqualTo(key);
      }
    }
    assertThat(byText).hasSize(1600);
  }

  @Test
  void everyKeyIsReadBackFromItsTextForm() {
    RandomCases.check(
        2_000,
        random -> {
          List<String> values = new ArrayList<>();
          for (int i = 0; i <= random.nextInt(4); i++) {
            values.add(RandomCases.hostileText(random));
          }
          EntityKey key = new EntityKey(values);

          assertThat(EntityKey.parse(key.text(), values.size())).isEqualTo(key);
        });
  }

  @Test
  void whatIsReadHasExactlyTheTextItWasReadFrom() {
    RandomCases.check(
        2_000,
        random -> {
          String text = RandomCases.hostileText(random);
          EntityKey key;
          try {
            key = EntityKey.parse(text, 2);
          } catch (MalformedKeyException e) {
            return;
          }
          assertThat(key.text()).isEqualTo(text);
        });
  }

  @Test
  void malformedTextsAreRefused() {
    assertThatThrownBy(() -> EntityKey.parse("a:b", 1))
        .isInstanceOf(MalformedKeyException.class)
        .hasMessage(
            "the key `a:b` has 2 values, but this view's keys have 1 (a `:` inside a value is written `\\:`)");
    assertThatThrownBy(() -> EntityKey.parse("a", 2)).isInstanceOf(MalformedKeyException.class);
    assertThatThrownBy(() -> EntityKey.parse("a\\", 1)).isInstanceOf(MalformedKeyException.class);
    assertThatThrownBy(() -> EntityKey.parse("a\\b", 1))
        .isInstanceOf(MalformedKeyException.class)
        .hasMessageContaining("at 1 must be followed");
  }

  @Test
  void whatNoTextInPostgresHoldsIsRefused() {
    for (String value : List.of("\0", "a\0b", "\ud83d", "\ude00", "\ude00\ud83d", "a\ud800b")) {
      assertThatThrownBy(() -> EntityKey.of(value)).isInstanceOf(MalformedKeyException.class);
      assertThatThrownBy(() -> EntityKey.parse(value, 1)).isInstanceOf(MalformedKeyException.class);
    }
    assertThat(EntityKey.parse("\ud83d\ude00", 1).values()).containsExactly("😀");
  }

  @Test
  void aKeyHasAtLeastOneValue() {
    assertThatThrownBy(() -> new EntityKey(List.of())).isInstanceOf(IllegalArgumentException.class);
    assertThat(EntityKey.parse("", 1)).isEqualTo(EntityKey.of(""));
  }
}
