package dev.freshet.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import dev.freshet.RandomCases;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class CodecsTest {
  private static final List<String> COMPRESSING = List.of("gzip", "zstd");

  /** Documents as they come from pictures. */
  private static List<String> realDocuments() {
    try (InputStream lines =
        Objects.requireNonNull(
            CodecsTest.class.getResourceAsStream("/features/features-fast-20.jsonl"))) {
      return new String(lines.readAllBytes(), UTF_8).lines().toList();
    } catch (IOException e) {
      throw new AssertionError("the sample cannot be read", e);
    }
  }

  private static Codec codec(String name) {
    return Codecs.named(name).orElseThrow();
  }

  private static byte[] decoded(Codec codec, byte[] payload) {
    try {
      return codec.decode(ByteBuffer.wrap(payload));
    } catch (UndecodableException e) {
      throw new AssertionError(codec.name() + " does not read its own payload", e);
    }
  }

  @Test
  void codecsAreFoundByNameAndById() {
    assertThat(Codecs.names()).containsExactly("json", "gzip", "zstd", "packed");
    for (String name : Codecs.names()) {
      assertThat(Codecs.withId(codec(name).id())).contains(codec(name));
    }
    assertThat(Codecs.names())
        .extracting(name -> (int) codec(name).id())
        .containsExactly(1, 2, 3, 4);
    assertThat(Codecs.named("lz4")).isEmpty();
    assertThat(Codecs.withId((byte) 0)).isEmpty();
    assertThat(Codecs.withId((byte) -1)).isEmpty();
  }

  @Test
  void realDocumentsAreReadBackByteForByte() {
    assertThat(realDocuments()).hasSize(20);
    for (String name : Codecs.names()) {
      for (String document : realDocuments()) {
        byte[] payload = codec(name).encode(document.getBytes(UTF_8));

        assertThat(decoded(codec(name), payload)).isEqualTo(document.getBytes(UTF_8));
        if (COMPRESSING.contains(name)) {
          assertThat(payload.length).isLessThan(document.length() / 2);
        }
      }
    }
  }

  @Test
  void anyBytesAreReadBack() {
    RandomCases.check(
        300,
        random -> {
          byte[] document = new byte[random.nextInt(5_000)];
          random.nextBytes(document);
          for (String name : Codecs.names()) {
            assertThat(decoded(codec(name), codec(name).encode(document))).isEqualTo(document);
          }
        });
  }

  @Test
  void aPayloadIsReadFromTheMiddleOfABufferAndLeftAsItWas() throws UndecodableException {
    byte[] document = realDocuments().get(0).getBytes(UTF_8);
    for (String name : Codecs.names()) {
      byte[] payload = codec(name).encode(document);
      ByteBuffer buffer = ByteBuffer.allocate(payload.length + 20).position(10).put(payload);
      buffer = buffer.flip().position(10).asReadOnlyBuffer();

      assertThat(codec(name).decode(buffer)).isEqualTo(document);
      assertThat(codec(name).decode(buffer)).isEqualTo(document);
    }
  }

  @Test
  void aPayloadThatWasCutIsUndecodable() {
    byte[] document = realDocuments().get(1).getBytes(UTF_8);
    for (String name : COMPRESSING) {
      byte[] payload = codec(name).encode(document);
      for (int length = 0; length < payload.length; length++) {
        byte[] cut = Arrays.copyOf(payload, length);
        assertThatThrownBy(() -> codec(name).decode(ByteBuffer.wrap(cut)))
            .as("%s cut to %d", name, length)
            .isInstanceOf(UndecodableException.class);
      }
    }
  }

  @Test
  void aFlippedBitIsNoticedOrDoesNoHarm() {
    byte[] document = realDocuments().get(2).getBytes(UTF_8);
    for (String name : COMPRESSING) {
      byte[] payload = codec(name).encode(document);
      for (int bit = 0; bit < payload.length * 8; bit++) {
        byte[] damaged = payload.clone();
        damaged[bit / 8] ^= (byte) (1 << (bit % 8));
        try {
          byte[] read = codec(name).decode(ByteBuffer.wrap(damaged));
          assertThat(read).as("%s, bit %d", name, bit).isEqualTo(document);
        } catch (UndecodableException e) {
          assertThat(e).hasMessageContaining(name);
        }
      }
    }
  }

  @Test
  void bytesThatAreNoPayloadAreUndecodable() {
    RandomCases.check(
        2_000,
        random -> {
          byte[] noise = new byte[random.nextInt(100)];
          random.nextBytes(noise);
          for (String name : COMPRESSING) {
            assertThatThrownBy(() -> codec(name).decode(ByteBuffer.wrap(noise)))
                .isInstanceOf(UndecodableException.class);
          }
        });
    byte[] skippable = {0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 9};
    assertThatThrownBy(() -> codec("zstd").decode(ByteBuffer.wrap(skippable)))
        .isInstanceOf(UndecodableException.class);
  }

  @Test
  void aSmallPayloadOfAHugeDocumentIsRefused() throws IOException {
    byte[] huge = new byte[Codec.DOCUMENT_BYTES_MAX + 1];
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
      out.write(huge);
    }
    byte[] zstd = Zstd.compress(huge);

    assertThatThrownBy(() -> codec("gzip").decode(ByteBuffer.wrap(gzip.toByteArray())))
        .isInstanceOf(UndecodableException.class)
        .hasMessageContaining("more than 67108864 bytes");
    assertThatThrownBy(() -> codec("zstd").decode(ByteBuffer.wrap(zstd)))
        .isInstanceOf(UndecodableException.class)
        .hasMessageContaining("at most 67108864 bytes");
    assertThatThrownBy(() -> codec("json").decode(ByteBuffer.wrap(huge)))
        .isInstanceOf(UndecodableException.class)
        .hasMessageContaining("more than 67108864 bytes");
  }

  @Test
  void aZstdFrameThatHidesItsSizeIsRefused() throws IOException {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    try (ZstdOutputStream out = new ZstdOutputStream(payload)) {
      out.write(new byte[100]);
    }

    assertThatThrownBy(() -> codec("zstd").decode(ByteBuffer.wrap(payload.toByteArray())))
        .isInstanceOf(UndecodableException.class)
        .hasMessageContaining("states a content");
  }
}
