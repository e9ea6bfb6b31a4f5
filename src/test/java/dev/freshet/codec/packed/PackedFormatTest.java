package dev.freshet.codec.packed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.RandomCases;
import dev.freshet.codec.Codec;
import dev.freshet.codec.UndecodableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackedFormatTest {
  private static final int CASES = Integer.getInteger("freshet.packed.cases", 5_000);
  private static final int VERBATIM = 8;

  private static Document decoded(byte[] payload) throws UndecodableException {
    return PackedFormat.decode(ByteBuffer.wrap(payload), number -> Optional.empty());
  }

  private static byte[] encoded(String json) {
    return PackedFormat.encode(json.getBytes(UTF_8), null);
  }

  /** What comes back of a text that must be stored in values. */
  private static String there(String json) {
    byte[] payload = encoded(json);
    assertThat(payload[0] & VERBATIM).as("%s is kept as text", json).isZero();
    return back(payload);
  }

  private static String back(byte[] payload) {
    try {
      return new String(decoded(payload).json(), UTF_8);
    } catch (UndecodableException e) {
      throw new AssertionError("a payload cannot be read that was just written", e);
    }
  }

  private static double savedBy(List<byte[]> documents, int expectedBytesMax) {
    long json = 0;
    long packed = 0;
    for (byte[] document : documents) {
      byte[] payload = PackedFormat.encode(document, null);
      assertThat(back(payload)).isEqualTo(new String(document, UTF_8));
      assertThat(payload[0] & VERBATIM).isZero();
      json += document.length;
      packed += payload.length;
    }
    assertThat(packed / documents.size()).isLessThan(expectedBytesMax);
    return 1 - (double) packed / json;
  }

  @Test
  void realDocumentsAreReadBackAndSmall() {
    assertThat(savedBy(SampleDocuments.fast(), 425)).isGreaterThan(0.65);
    assertThat(savedBy(SampleDocuments.standard(), 1_950)).isGreaterThan(0.80);
    assertThat(savedBy(SampleDocuments.full(), 20_500)).isGreaterThan(0.82);
  }

  /** Minified ones in lines of {@code *.jsonl.gz} in -Dfreshet.packed.documents=DIRECTORY too. */
  @Test
  void everyRealDocumentIsReadBack() throws IOException {
    AtomicInteger read = new AtomicInteger();
    SampleDocuments.everyOne(
        document -> {
          String json = new String(document, UTF_8);
          assertThat(there(json)).isEqualTo(json);
          read.incrementAndGet();
        });
    System.out.println(read + " real documents are read back byte for byte");
    assertThat(read.get()).isGreaterThan(200);
  }

  @Test
  void anyJsonIsReadBackByteForByte() {
    RandomCases.check(
        CASES,
        random -> {
          String json = RandomJson.next(random);
          assertThat(there(json)).isEqualTo(json);
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "true",
        "0",
        "-0",
        "-0.0",
        "[]",
        "{}",
        "\"\"",
        "[[],[]]",
        "[{},{}]",
        "[[[[]]]]",
        "1e400",
        "[1.0,-0.0,0.0]",
        "[1,2.5,1e5]",
        "[1E5,1e+05]",
        "[0.1,0.2,0.30000000000000004]",
        "{\"a\":1,\"a\":2}",
        "[{\"a\":1},{\"a\":2}]",
        "[{\"a\":1},{\"b\":2}]",
        "[null,1,null]",
        "[[1,2],[3]]",
        "[true,false,true]",
        "\"\\u0000\\ud800\"",
        "[9223372036854775807,-1]",
        "[-9223372036854775808]",
        "[[0.5,0.25],[0.125,1.0]]",
        "[1.10,1.20]",
        "[1.1,1.25,3]",
        "[1e-7,1e22,1]",
        "[1.0E-5,100.0]",
        "[1e-05,100.0]",
        "12345678901234567890123"
      })
  void eachKindOfValueIsReadBack(String json) {
    assertThat(there(json)).isEqualTo(json);
  }

  @Test
  void numbersOfManyDigitsAreKeptAsWritten() {
    String json = "[1" + "0".repeat(400) + ",0." + "0".repeat(300) + "1,2]";
    assertThat(there(json)).isEqualTo(json);
  }

  @Test
  void whiteSpaceBetweenTokensIsLeftOutAndInTextsKept() {
    assertThat(there(" { \"a b\" : [ 1 , 2.50 ] ,\n\t\"c\" : \"x \\\" y\" }\r\n"))
        .isEqualTo("{\"a b\":[1,2.50],\"c\":\"x \\\" y\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[1,]",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "tru",
        "\"a",
        "\"\\x\"",
        "[1] 2",
        "{\"a\"}",
        "{1:2}",
        "\"\u0001\"",
        "NaN",
        "-",
        "[,]",
        "\"\\u12g4\""
      })
  void whatIsNoJsonIsKeptAsItIs(String text) {
    byte[] payload = encoded(text);
    assertThat(payload[0] & VERBATIM).isNotZero();
    assertThat(back(payload)).isEqualTo(text);
  }

  @Test
  void bytesThatAreNoTextAreReadBack() {
    RandomCases.check(
        2_000,
        random -> {
          byte[] bytes = new byte[random.nextInt(300)];
          random.nextBytes(bytes);
          if (JsonTape.read(bytes).isPresent()) {
            return; // a number by chance, of which spaces around it are not kept
          }
          try {
            assertThat(decoded(PackedFormat.encode(bytes, null)).json()).isEqualTo(bytes);
          } catch (UndecodableException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void nestingUpToTheBoundIsTypedAndDeeperIsKeptAsText() {
    int max = JsonTape.DEPTH_MAX;
    for (String open : List.of("[", "{\"a\":", "[{\"a\":", "[1,[")) {
      String close = new StringBuilder(open.replaceAll("[^\\[{]", "")).reverse().toString();
      close = close.replace('[', ']').replace('{', '}');
      int levels = max / close.length();
      String deepest = open.repeat(levels) + "1" + close.repeat(levels);
      assertThat(there(deepest)).isEqualTo(deepest);
    }
    String tooDeep = "[".repeat(max + 1) + "]".repeat(max + 1);
    assertThat(encoded(tooDeep)[0] & VERBATIM).isNotZero();
    assertThat(back(encoded(tooDeep))).isEqualTo(tooDeep);
  }

  @Test
  void aLongRunOfTheSameValueIsKeptAsTextAndStillHandedOut() throws UndecodableException {
    String json = "{\"zeros\":[0" + ",0".repeat(200_000) + "]}";
    byte[] payload = encoded(json);

    assertThat(payload[0] & VERBATIM).isNotZero();
    assertThat(payload.length).isLessThan(200);
    assertThat(back(payload)).isEqualTo(json);
    assertThat(decoded(payload).longs("zeros")).hasSize(200_001).containsOnly(0);
  }

  @Test
  void aPayloadIsReadFromTheMiddleOfABufferAndLeftAsItWas() throws UndecodableException {
    byte[] payload = encoded("{\"a\":[1.5,2.5]}");
    ByteBuffer buffer = ByteBuffer.allocate(payload.length + 20).position(10).put(payload);
    buffer = buffer.flip().position(10).asReadOnlyBuffer();

    for (int i = 0; i < 2; i++) {
      assertThat(PackedFormat.decode(buffer, number -> Optional.empty()).json())
          .isEqualTo("{\"a\":[1.5,2.5]}".getBytes(UTF_8));
    }
  }

  @Test
  void aPayloadThatWasCutIsUndecodable() {
    for (byte[] document :
        List.of(SampleDocuments.fast().get(0), SampleDocuments.standard().get(0))) {
      byte[] payload = PackedFormat.encode(document, null);
      for (int length = 0; length < payload.length; length++) {
        byte[] cut = Arrays.copyOf(payload, length);
        assertThatThrownBy(() -> decoded(cut).json()).isInstanceOf(UndecodableException.class);
      }
    }
  }

  @Test
  void anotherVersionIsUndecodable() {
    byte[] payload = encoded("[1,2,3]");
    payload[0] = (byte) (payload[0] + 0x10);
    assertThatThrownBy(() -> decoded(payload))
        .isInstanceOf(UndecodableException.class)
        .hasMessageContaining("another version");
  }

  /** Damaged payloads are read as something or are undecodable: no other exception, no hang. */
  @Test
  void damageIsNoticedOrDoesNoHarm() {
    List<byte[]> documents =
        List.of(
            SampleDocuments.fast().get(0),
            SampleDocuments.standard().get(1),
            SampleDocuments.full().get(0));
    RandomCases.check(
        CASES,
        random -> {
          byte[] document =
              random.nextInt(3) == 0
                  ? documents.get(random.nextInt(30) / 29 + random.nextInt(2))
                  : RandomJson.next(random).getBytes(UTF_8);
          attack(damaged(streamsUncompressed(document), random));
        });
  }

  /** Without zstd around them, damaged streams reach the decoder. */
  private static byte[] streamsUncompressed(byte[] document) {
    JsonTape tape = JsonTape.read(document).orElseThrow();
    return PackedFormat.assemble(PackedFormat.streams(tape, null), null, false);
  }

  private static byte[] damaged(byte[] payload, Random random) {
    byte[] damaged = payload.clone();
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at =
          1 + random.nextInt(Math.min(damaged.length - 1, random.nextBoolean() ? 80 : 1 << 20));
      damaged[at] =
          random.nextBoolean()
              ? (byte) random.nextInt(256)
              : (byte) (damaged[at] ^ 1 << random.nextInt(8));
    }
    return random.nextInt(5) == 0
        ? Arrays.copyOf(damaged, random.nextInt(damaged.length))
        : damaged;
  }

  private static void attack(byte[] payload) {
    try {
      byte[] json = decoded(payload).json();
      assertThat(json.length).isLessThanOrEqualTo(Codec.DOCUMENT_BYTES_MAX);
    } catch (UndecodableException e) {
      assertThat(e).hasMessageContaining("packed");
    }
  }

  /** Sixty million single values in a few kilobytes. */
  @Test
  void aShapeThatGrowsFromFewBytesIsRefusedBeforeItIsMade() {
    ByteSink plain = new ByteSink();
    plain.putVarint(60_000_000);
    plain.put(new byte[60_000_000]);
    byte[] content = plain.toBytes();
    byte[] frame = Compressor.PLAIN.compress(content);
    ByteSink payload = new ByteSink();
    payload.put(0x12);
    payload.putVarint(content.length);
    payload.putVarint(frame.length);
    payload.put(frame);

    assertThatThrownBy(() -> decoded(payload.toBytes()))
        .isInstanceOf(UndecodableException.class)
        .hasMessageContaining("shape is too long");
  }

  /** A quarter of a million numbers of 309 digits each. */
  @Test
  void aPayloadWhoseJsonWouldBeTooLongIsRefusedWhenItIsRead() {
    int count = 250_000;
    Streams streams = new Streams();
    streams.shape.put(Shape.NUMBERS);
    streams.layout.putVarint(count);
    streams.layout.put(Numbers.DOUBLES + 2); // the style without exponents
    streams.layout.put(1); // all bits of each
    for (int i = 0; i < count; i++) {
      streams.bits.put(Double.doubleToRawLongBits(1e308), Double.SIZE);
    }

    assertThatThrownBy(() -> decoded(PackedFormat.assemble(streams, null, false)))
        .isInstanceOf(UndecodableException.class)
        .hasMessageContaining("holds more than 67108864 bytes");
  }

  @Test
  void noiseIsUndecodableOrReadAsSomething() {
    RandomCases.check(
        CASES,
        random -> {
          byte[] noise = new byte[1 + random.nextInt(200)];
          random.nextBytes(noise);
          noise[0] = (byte) (0x10 | random.nextInt(16));
          attack(noise);
        });
  }
}
