package dev.freshet.loading;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.codec.Codecs;
import dev.freshet.codec.Dictionaries;
import dev.freshet.codec.UndecodableException;
import dev.freshet.codec.packed.Document;
import dev.freshet.loading.Feature.Source;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class FeatureTest {
  private static final String JSON = "{\"id\":\"a\",\"colors\":[0.5,0.25,0.125],\"n\":7}";

  private static Feature hit(String codec) throws UndecodableException {
    var written = Codecs.named(codec).orElseThrow();
    ByteBuffer payload = ByteBuffer.wrap(written.encode(JSON.getBytes(UTF_8)));
    return Feature.of("a", written.read(payload, Dictionaries.NONE), Source.REDIS, false);
  }

  @Test
  void fieldsAndJsonOfEachCodecAreTheSame() throws UndecodableException {
    for (String codec : Codecs.names()) {
      for (Feature feature : new Feature[] {hit(codec), hit(codec).asNear()}) {
        Document document = feature.document().orElseThrow();
        assertThat(document.floats("colors")).as(codec).containsExactly(0.5f, 0.25f, 0.125f);
        assertThat(document.integer("n")).isEqualTo(7);
        assertThat(feature.json()).hasValue(JSON);
        assertThat(feature.isAbsent()).isFalse();
      }
    }
  }

  @Test
  void anAbsentEntityHasNoDocument() {
    Feature absent = Feature.absent("a", Source.REDIS, false);

    assertThat(absent.document()).isEmpty();
    assertThat(absent.json()).isEmpty();
    assertThat(absent.jsonUtf8()).isEmpty();
    assertThat(absent.isAbsent()).isTrue();
  }

  @Test
  void theJsonIsMadeOnce() throws UndecodableException {
    Feature feature = hit("packed");

    assertThat(feature.jsonUtf8().orElseThrow()).isSameAs(feature.jsonUtf8().orElseThrow());
  }

  /** What callers made of one that the near cache handed out is theirs. */
  @Test
  void whatTheNearCacheKeepsDoesNotGrow() throws UndecodableException {
    for (String codec : Codecs.names()) {
      Feature kept = hit(codec).asNear();
      int bytes = kept.bytes();
      Feature handedOut = kept.handedOut();
      assertThat(handedOut.json()).hasValue(JSON);
      assertThat(handedOut.document().orElseThrow().floats("colors")).hasSize(3);

      assertThat(kept.bytes()).isEqualTo(bytes);
      assertThat(kept.isJsonWanted()).as(codec).isEqualTo(codec.equals("packed"));
    }
  }

  @Test
  void onceItsJsonWasMadeTheNearCacheKeepsThat() throws UndecodableException {
    Feature kept = hit("packed").asNear();
    assertThat(kept.handedOut().document().orElseThrow().floats("colors")).hasSize(3);
    assertThat(kept.isJsonWanted()).isFalse();

    assertThat(kept.handedOut().json()).hasValue(JSON);
    assertThat(kept.isJsonWanted()).isTrue();

    Feature withJson = kept.asNearJson();
    assertThat(withJson.bytes()).isEqualTo(2 * "a".length() + JSON.length());
    byte[] text = withJson.handedOut().jsonUtf8().orElseThrow();
    assertThat(withJson.handedOut().jsonUtf8().orElseThrow()).isSameAs(text);
    assertThat(withJson.handedOut().document().orElseThrow().floats("colors")).hasSize(3);
    assertThat(withJson.isJsonWanted()).isFalse();
  }
}
