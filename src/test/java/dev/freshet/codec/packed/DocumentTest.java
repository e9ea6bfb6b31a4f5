package dev.freshet.codec.packed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.codec.UndecodableException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DocumentTest {
  private static final String JSON =
      """
      {"id":"a\\u00e9\\n","n":7,"price":19.99,"big":123456789012345678901234,"none":null,
       "floats":[0.1,0.25,3.5],"ints":[1,2,300],"hash":[1,0,0,1],"flags":[true,false],
       "a.b":{"c d":[[1,2],[3,4]]},"ragged":[[1],[2,3]],
       "points":[{"x":1.5,"tags":["p"]},{"x":2.5,"tags":["q","r"]}],
       "mixed":[1,"two",{"three":3}],"empty":[]}""";

  private static Document document(String json) throws UndecodableException {
    byte[] payload = PackedFormat.encode(json.getBytes(UTF_8), null);
    return PackedFormat.decode(ByteBuffer.wrap(payload), number -> Optional.empty());
  }

  private static String json(Document document) throws UndecodableException {
    return new String(document.json(), UTF_8);
  }

  @Test
  void valuesAreHandedOutTyped() throws UndecodableException {
    Document document = document(JSON);

    assertThat(document.text("id")).isEqualTo("aé\n");
    assertThat(document.integer("n")).isEqualTo(7);
    assertThat(document.number("price")).isEqualTo(19.99);
    assertThat(document.number("big")).isEqualTo(0x1.a249b1f10a06dp76);
    assertThat(document.floats("floats")).containsExactly(0.1f, 0.25f, 3.5f);
    assertThat(document.doubles("ints")).containsExactly(1, 2, 300);
    assertThat(document.longs("ints")).containsExactly(1, 2, 300);
    assertThat(document.bits("hash")).isEqualTo(BitSet.valueOf(new long[] {0b1001}));
    assertThat(document.bits("flags")).isEqualTo(BitSet.valueOf(new long[] {0b01}));
    assertThat(document.bytes("hash")).containsExactly(1, 0, 0, 1);
    assertThat(document.floats("empty")).isEmpty();
    assertThat(document.at("none").isNull()).isTrue();
    assertThat(document.at("n").isNull()).isFalse();
  }

  @Test
  void pathsLeadIntoObjectsArraysAndColumns() throws UndecodableException {
    Document document = document(JSON);

    assertThat(document.longs("\"a.b\".c d[1]")).containsExactly(3, 4);
    assertThat(document.longs("\"a.b\".c d")).containsExactly(1, 2, 3, 4);
    assertThat(document.longs("ragged")).containsExactly(1, 2, 3);
    assertThat(document.floats("points.x")).containsExactly(1.5f, 2.5f);
    assertThat(document.number("points[1].x")).isEqualTo(2.5);
    assertThat(document.text("points[1].tags[1]")).isEqualTo("r");
    assertThat(json(document.at("points.tags"))).isEqualTo("[[\"p\"],[\"q\",\"r\"]]");
    assertThat(document.text("mixed[1]")).isEqualTo("two");
    assertThat(document.integer("mixed[2].three")).isEqualTo(3);
    assertThat(document.at("points").size()).isEqualTo(2);
    assertThat(document.at("ragged[1]").size()).isEqualTo(2);
    assertThat(document.at("n").size()).isEqualTo(-1);
    assertThat(json(document.at("points[0]"))).isEqualTo("{\"x\":1.5,\"tags\":[\"p\"]}");
    assertThat(json(document.at("mixed"))).isEqualTo("[1,\"two\",{\"three\":3}]");
    assertThat(document.at("").size()).isEqualTo(-1);
  }

  @Test
  void whatIsNotThereOrOfAnotherKindIsSaid() throws UndecodableException {
    Document document = document(JSON);

    assertThat(document.find("points[2]")).isEmpty();
    assertThat(document.find("n.x")).isEmpty();
    assertThatThrownBy(() -> document.floats("nothing"))
        .isInstanceOf(NoSuchElementException.class)
        .hasMessageContaining("nothing");
    assertThatThrownBy(() -> document.floats("id")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> document.longs("floats")).hasMessageContaining("no integer");
    assertThatThrownBy(() -> document.bits("ints")).hasMessageContaining("0 and 1");
    assertThatThrownBy(() -> document.bytes("ints")).hasMessageContaining("0 to 255");
    assertThatThrownBy(() -> document.text("n")).hasMessageContaining("string");
    assertThatThrownBy(() -> document.number("id")).hasMessageContaining("number");
    assertThatThrownBy(() -> document.integer("price")).hasMessageContaining("no integer");
    for (String path : new String[] {".", "a..b", "a[", "a[x]", "a[-1]", "\"a", "a[0]b"}) {
      assertThatThrownBy(() -> document.at(path)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void featuresOfARealPictureAreHandedOut() throws UndecodableException {
    Document features = document(new String(SampleDocuments.full().get(0), UTF_8)).at("features");
    int keypoints = (int) features.integer("orb.keypoints_count");

    assertThat(features.floats("fast.avg_color_features")).hasSize(3);
    assertThat(features.bits("fast.phash_features").length()).isLessThanOrEqualTo(64);
    assertThat(features.floats("orb.keypoints.angle")).hasSize(keypoints);
    assertThat(features.bytes("orb.descriptors")).hasSize(keypoints * 32);
    assertThat(features.floats("hog_rp512")).hasSize(512);
  }

  @Test
  void aDocumentThatIsThereAsJsonHandsOutTheSame() throws UndecodableException {
    byte[] json = JSON.getBytes(UTF_8);
    Document document = Document.ofJson(json);

    assertThat(document.json()).isSameAs(json);
    assertThat(document.bytesMax()).isEqualTo(json.length);
    assertThat(document.floats("points.x")).containsExactly(1.5f, 2.5f);
    assertThat(document.text("mixed[1]")).isEqualTo("two");
    assertThat(json(document.at("points[0]"))).isEqualTo("{\"x\":1.5,\"tags\":[\"p\"]}");
    assertThat(Document.ofJson("no JSON".getBytes(UTF_8)).find("a")).isEmpty();
  }

  @Test
  void arraysThatWereHandedOutAreTheCallersOwn() throws UndecodableException {
    for (Document document :
        new Document[] {document(JSON), Document.ofJson(JSON.getBytes(UTF_8))}) {
      for (int i = 0; i < 2; i++) {
        float[] floats = document.floats("floats");
        long[] ints = document.longs("ints");
        byte[] bytes = document.bytes("hash");
        assertThat(floats).containsExactly(0.1f, 0.25f, 3.5f);
        assertThat(ints).containsExactly(1, 2, 300);
        assertThat(bytes).containsExactly(1, 0, 0, 1);
        assertThat(document.number("floats[2]")).isEqualTo(3.5);
        floats[0] = 9;
        ints[0] = 9;
        bytes[0] = 9;
      }
    }
  }

  @Test
  void whatMayBeKeptInMemoryIsSaid() throws UndecodableException {
    for (byte[] json : SampleDocuments.full()) {
      byte[] payload = PackedFormat.encode(json, null);
      Document document = PackedFormat.decode(ByteBuffer.wrap(payload), number -> Optional.empty());
      int keypoints = (int) document.integer("features.orb.keypoints_count");

      assertThat(document.bytesMax())
          .isGreaterThan(payload.length + keypoints * (32L + 4 * Float.BYTES))
          .isLessThan(json.length);
    }
  }
}
