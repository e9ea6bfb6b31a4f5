package dev.freshet.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.RandomCases;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
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

  /** Up to three short values of few characters, so that different keys often look alike. */
  static EntityKey confusableKey(Random random, int arity) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < arity; i++) {
      StringBuilder value = new StringBuilder();
      for (int length = random.nextInt(4); length > 0; length--) {
        value.append(List.of(":", "\\", ":", "\\", "a", "😀").get(random.nextInt(6)));
      }
      values.add(value.toString());
    }
    return new EntityKey(values);
  }

  @Test
  void keysThatLookAlikeHaveTextFormsOfTheirOwn() {
    RandomCases.check(
        200,
        random -> {
          int arity = 1 + random.nextInt(3);
          Map<String, EntityKey> byText = new HashMap<>();
          for (int i = 0; i < 200; i++) {
            EntityKey key = confusableKey(random, arity);
            EntityKey other = byText.put(key.text(), key);
            assertThat(other == null || other.equals(key)).as("%s and %s", key, other).isTrue();
            assertThat(EntityKey.parse(key.text(), arity)).isEqualTo(key);
          }
        });
  }

  @Test
  void aTextFormIsReadWithNoOtherNumberOfValues() {
    RandomCases.check(
        2_000,
        random -> {
          int arity = 1 + random.nextInt(3);
          EntityKey key = confusableKey(random, arity);
          for (int other = 1; other <= 4; other++) {
            int values = other;
            if (values != arity) {
              assertThatThrownBy(() -> EntityKey.parse(key.text(), values))
                  .isInstanceOf(MalformedKeyException.class);
            }
          }
        });
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
