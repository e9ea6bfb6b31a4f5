package dev.freshet.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.RandomCases;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class LinkTest {
  private static final String ATTEMPT = "0123456789abcdef";

  @Test
  void everyLinkIsReadBackFromItsText() {
    RandomCases.check(
        1_000,
        random -> {
          Link link =
              new Link(
                  random.nextBoolean(),
                  new PgSnapshot(100, random.longs(random.nextInt(5), 1, 100).toArray()),
                  HexFormat.of().toHexDigits(random.nextLong()),
                  random.nextInt(1_000_000_000));

          assertThat(Link.parse(link.toString())).isEqualTo(link);
        });
  }

  @Test
  void theTextIsStatePositionAttemptChunk() {
    assertThat(new Link(false, new PgSnapshot(8, 3), ATTEMPT, 12))
        .hasToString("applied 3:8:3 0123456789abcdef 12");
    assertThat(Link.parse("sweeping 8:8: 0123456789abcdef 0").isSweeping()).isTrue();
  }

  @Test
  void theTextHasAsciiDigitsInEveryLocale() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertThat("%d".formatted(12)).as("the locale has other digits").isNotEqualTo("12");

      assertThat(new Link(false, new PgSnapshot(8, 3), ATTEMPT, 12))
          .hasToString("applied 3:8:3 0123456789abcdef 12");
      assertThat(new History("7001", "shop", 12)).hasToString("7001 12 shop");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void whatIsNoLinkIsRefused() {
    for (String text :
        List.of(
            "",
            "applied",
            "done 8:8: 0123456789abcdef 0",
            "applied 8:8 0123456789abcdef 0",
            "applied 9:8: 0123456789abcdef 0",
            "applied 8:8: 0123456789ABCDEF 0",
            "applied 8:8: 0123456789abcde 0",
            "applied 8:8: 0123456789abcdef -1",
            "applied 8:8: 0123456789abcdef 1234567890",
            "applied 8:8: 0123456789abcdef 0 ",
            "applied  8:8: 0123456789abcdef 0")) {
      assertThatThrownBy(() -> Link.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new Link(false, new PgSnapshot(8), "xyz", 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Link(false, new PgSnapshot(8), ATTEMPT, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
