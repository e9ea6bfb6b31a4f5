package dev.freshet.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class UrlPathTest {

  @Test
  void segmentsAreSplitBeforeTheyAreDecoded() {
    assertThat(UrlPath.segments("/")).containsExactly("");
    assertThat(UrlPath.segments("/v1/views")).containsExactly("v1", "views");
    assertThat(UrlPath.segments("/v1//../a%2Fb/")).containsExactly("v1", "", "..", "a/b", "");
    assertThat(UrlPath.segments("/a+b%20c")).containsExactly("a+b c");
  }

  @Test
  void charactersOfARequestLineAreBytes() {
    assertThat(UrlPath.segments("/\u00c3\u00a4")).containsExactly("ä");
  }

  @Test
  void everyTextSurvivesBeingEncoded() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      String text =
          random
              .ints(random.nextInt(8), 0, Character.MAX_CODE_POINT + 1)
              .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString();
      assertThat(UrlPath.segments("/" + ApiClient.encoded(text)))
          .as("seed %d, round %d", seed, i)
          .containsExactly(text);
    }
  }

  @Test
  void whatIsNotPercentEncodedUtf8IsRefused() {
    for (String path :
        List.of(
            "/%", "/%4", "/a%4", "/%4x", "/%x4", "/%-1", "/%80", "/%ED%A0%80", "/\u00ff", "/ä€")) {
      assertThatThrownBy(() -> UrlPath.segments(path))
          .as(path)
          .isInstanceOfSatisfying(
              ProblemException.class,
              e -> assertThat(e.problem().type()).isEqualTo(ProblemType.MALFORMED_PATH));
    }
    assertThatThrownBy(() -> UrlPath.segments("*")).isInstanceOf(ProblemException.class);
    assertThatThrownBy(() -> UrlPath.segments("")).isInstanceOf(ProblemException.class);
  }
}
