package dev.freshet.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.RandomCases;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class KeyTemplateTest {
  private static final List<String> TWO_PLACEHOLDERS =
      List.of(
          "t:{a}:{b}",
          "t{a}:{b}",
          "t:{a}:x{b}y",
          "t:{a}::{b}:",
          "t:{a}:\\{b}\\",
          "a:{a}:a:{b}:a",
          "t*[?]{a}:^-{b}");

  /** What Redis means by a glob without brackets, as a regular expression. */
  private static Pattern meaningOf(String glob) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      if (c == '\\') {
        regex.append(Pattern.quote(glob.substring(++i, i + 1)));
      } else {
        assertThat("?[]^-").doesNotContain(String.valueOf(c));
        regex.append(c == '*' ? ".*" : Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }

  @Test
  void aTemplateIsFixedTextAroundPlaceholders() {
    KeyTemplate template = KeyTemplate.parse("img:{image_id}:v{Size2}!");

    assertThat(template.placeholders()).containsExactly("image_id", "Size2");
    assertThat(template.arity()).isEqualTo(2);
    assertThat(template.prefix()).isEqualTo("img:");
    assertThat(template.cacheKey(EntityKey.of("7", "a:b"))).isEqualTo("img:7:va\\:b!");
    assertThat(template).hasToString("img:{image_id}:v{Size2}!");
    assertThat(template).isEqualTo(KeyTemplate.parse("img:{image_id}:v{Size2}!"));
    assertThat(template).hasSameHashCodeAs(KeyTemplate.parse("img:{image_id}:v{Size2}!"));
    assertThat(template).isNotEqualTo(KeyTemplate.parse("img:{image_id}"));
  }

  @Test
  void noTwoEntitiesShareACacheKey() {
    for (String text : TWO_PLACEHOLDERS) {
      KeyTemplate template = KeyTemplate.parse(text);
      Map<String, EntityKey> byCacheKey = new HashMap<>();
      for (String first : EntityKeyTest.trickyValues()) {
        for (String second : EntityKeyTest.trickyValues()) {
          EntityKey key = EntityKey.of(first, second);
          EntityKey other = byCacheKey.put(template.cacheKey(key), key);
          assertThat(other).as("%s with %s and %s", text, key, other).isNull();
        }
      }
    }
  }

  @Test
  void keysThatLookAlikeHaveCacheKeysOfTheirOwnAndAreReadBackFromThem() {
    for (String text : TWO_PLACEHOLDERS) {
      KeyTemplate template = KeyTemplate.parse(text);
      RandomCases.check(
          50,
          random -> {
            Map<String, EntityKey> byCacheKey = new HashMap<>();
            for (int i = 0; i < 200; i++) {
              EntityKey key = EntityKeyTest.confusableKey(random, 2);
              EntityKey other = byCacheKey.put(template.cacheKey(key), key);
              assertThat(other == null || other.equals(key))
                  .as("%s with %s and %s", text, key, other)
                  .isTrue();
              assertThat(template.entityKey(template.cacheKey(key))).contains(key);
            }
          });
    }
  }

  @Test
  void everyCacheKeyMatchesTheScanPattern() {
    for (String text : TWO_PLACEHOLDERS) {
      KeyTemplate template = KeyTemplate.parse(text);
      Pattern pattern = meaningOf(template.scanPattern());
      RandomCases.check(
          200,
          random -> {
            EntityKey key =
                EntityKey.of(RandomCases.hostileText(random), RandomCases.hostileText(random));
            assertThat(template.cacheKey(key)).matches(pattern);
          });
    }
  }

  @Test
  void theScanPatternTakesFixedTextLiterally() {
    assertThat(KeyTemplate.parse("img:{id}").scanPattern()).isEqualTo("img:*");
    assertThat(KeyTemplate.parse("a*b?[c]^-\\:{x}:y*{z}").scanPattern())
        .isEqualTo("a\\*b\\?\\[c\\]\\^\\-\\\\:*:y\\**");
    assertThat("aXb?[c]^-\\:1")
        .doesNotMatch(meaningOf(KeyTemplate.parse("a*b?[c]^-\\:{x}").scanPattern()));
  }

  @Test
  void whatIsNoTemplateIsRefusedWithTheWayToWriteIt() {
    Map<String, String> refusals =
        Map.of(
            "img:7", "has no {placeholder}",
            "", "has no {placeholder}",
            "{id}", "must begin with fixed text",
            "img:{id}{x}", "must begin with `:`",
            "img:{id}-{x}", "must begin with `:`",
            "img:{id}:{id}", "names {id} twice",
            "img:{id}}", "a brace that belongs to no placeholder",
            "img:{1d}:{id}", "a brace that belongs to no placeholder",
            "{ns}:{id}", "must begin with fixed text",
            "img:{}:{id}", "a brace that belongs to no placeholder");
    refusals.forEach(
        (text, why) ->
            assertThatThrownBy(() -> KeyTemplate.parse(text))
                .as(text)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("`" + text + "`")
                .hasMessageContaining(why));
  }

  @Test
  void aKeyOfAnotherArityIsRefused() {
    KeyTemplate template = KeyTemplate.parse("img:{id}");

    assertThatThrownBy(() -> template.cacheKey(EntityKey.of("1", "2")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1:2 has 2 values, img:{id} takes 1");
  }

  @Test
  void aCacheKeyOfMoreThanOneKibibyteIsNotCacheable() {
    assertThat(KeyTemplate.isCacheable("x".repeat(1024))).isTrue();
    assertThat(KeyTemplate.isCacheable("x".repeat(1025))).isFalse();
    assertThat(KeyTemplate.isCacheable("é".repeat(512))).isTrue();
    assertThat(KeyTemplate.isCacheable("é".repeat(513))).isFalse();
    assertThat(KeyTemplate.isCacheable("漢".repeat(341))).isTrue();
    assertThat(KeyTemplate.isCacheable("漢".repeat(342))).isFalse();
    RandomCases.check(
        500,
        random -> {
          String key = RandomCases.hostileText(random).repeat(random.nextInt(300));
          assertThat(KeyTemplate.isCacheable(key))
              .isEqualTo(key.getBytes(StandardCharsets.UTF_8).length <= 1024);
        });
  }

  @Test
  void aCacheKeyTellsItsEntityAndNoOtherTextDoes() {
    KeyTemplate one = KeyTemplate.parse("img:{id}:v2");
    KeyTemplate two = KeyTemplate.parse("cart:{user}:of:{shop}");
    for (EntityKey key :
        List.of(EntityKey.of("7"), EntityKey.of(""), EntityKey.of("a:b\\"), EntityKey.of(":v2"))) {
      assertThat(one.entityKey(one.cacheKey(key))).contains(key);
    }
    for (EntityKey key :
        List.of(
            EntityKey.of("7", "8"),
            EntityKey.of("", ""),
            EntityKey.of("a:of:b", "c\\:"),
            EntityKey.of("\\", ":of:"))) {
      assertThat(two.entityKey(two.cacheKey(key))).contains(key);
    }
    assertThat(one.entityKey("img:7")).isEmpty();
    assertThat(one.entityKey("img:a:b:v2")).as("an unescaped separator").isEmpty();
    assertThat(one.entityKey("other:7:v2")).isEmpty();
    assertThat(one.entityKey("img:v2")).isEmpty();
    assertThat(two.entityKey("cart:7:8")).isEmpty();
  }
}
