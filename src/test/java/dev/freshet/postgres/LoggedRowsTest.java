package dev.freshet.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.RandomCases;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LoggedRowTest {
  private static final int TEXT_TYPE = 25;

  /** An array as Postgres' {@code array_send} writes it. */
  private static ByteBuffer sent(List<@Nullable String> elements) {
    ByteBuffer array = ByteBuffer.allocate(1 << 16);
    if (elements.isEmpty()) {
      return array.putInt(0).putInt(0).putInt(TEXT_TYPE).flip();
    }
    array.putInt(1).putInt(0).putInt(TEXT_TYPE).putInt(elements.size()).putInt(1);
    for (String element : elements) {
      if (element == null) {
        array.putInt(-1);
        continue;
      }
      byte[] bytes = element.getBytes(UTF_8);
      array.putInt(bytes.length).put(bytes);
    }
    return array.flip();
  }

  private static List<String> read(List<@Nullable String> elements) {
    List<String> keys = new ArrayList<>();
    LoggedRow.readKeys(sent(elements), keys);
    return keys;
  }

  @Test
  void theKeysOfAnArrayAreReadAsTheyAre() {
    assertThat(read(List.of())).isEmpty();
    assertThat(read(List.of("", "7", "a:b\\c", "ключ", "😀\n")))
        .containsExactly("", "7", "a:b\\c", "ключ", "😀\n");
  }

  @Test
  void rowsWithoutAKeyAreCounted() {
    List<String> keys = new ArrayList<>();
    assertThat(LoggedRow.readKeys(sent(Arrays.asList(null, "7", null)), keys)).isEqualTo(2);
    assertThat(keys).containsExactly("7");
  }

  @Test
  void anyKeysAreReadAsTheyAre() {
    RandomCases.check(
        500,
        random -> {
          List<@Nullable String> keys = new ArrayList<>();
          for (int i = random.nextInt(20); i >= 0; i--) {
            keys.add(RandomCases.hostileText(random));
          }
          assertThat(read(keys)).isEqualTo(keys);
        });
  }
}
