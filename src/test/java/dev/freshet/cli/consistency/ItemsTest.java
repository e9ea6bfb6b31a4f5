package dev.freshet.cli.consistency;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ItemsTest {
  private static long versionIn(String json, int key) {
    return Items.versionIn(json.getBytes(UTF_8), key);
  }

  @Test
  void theVersionOfAKeysOwnDocumentIsRead() {
    assertThat(versionIn("{\"item\":7,\"version\":12345678901}", 7)).isEqualTo(12345678901L);
  }

  @Test
  void anotherKeysDocumentIsNonsense() {
    assertThat(versionIn("{\"item\":7,\"version\":1}", 8)).isEqualTo(Items.NONSENSE);
    assertThat(versionIn("{\"item\":70,\"version\":1}", 7)).isEqualTo(Items.NONSENSE);
  }

  @Test
  void whatIsNoDocumentOfTheViewIsNonsense() {
    assertThat(versionIn("", 7)).isEqualTo(Items.NONSENSE);
    assertThat(versionIn("{\"item\":7,\"version\":1", 7)).isEqualTo(Items.NONSENSE);
    assertThat(versionIn("{\"item\":7,\"version\":1.5}", 7)).isEqualTo(Items.NONSENSE);
    assertThat(versionIn("{\"item\":7,\"version\":null}", 7)).isEqualTo(Items.NONSENSE);
  }
}
