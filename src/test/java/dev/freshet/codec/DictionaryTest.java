package dev.freshet.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.RandomCases;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** What holds for the dictionaries of each codec that has them. */
class DictionaryTest {
  private static final List<byte[]> DOCUMENTS = documents();
  private static final int SEEN = DOCUMENTS.size() / 2;

  private static List<byte[]> documents() {
    try (InputStream lines =
        new GZIPInputStream(
            Objects.requireNonNull(
                DictionaryTest.class.getResourceAsStream("/demo/features-sample.jsonl.gz")))) {
      return new String(lines.readAllBytes(), UTF_8)
          .lines()
          .map(line -> line.getBytes(UTF_8))
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static StoredDictionary trained(TrainedCodec codec) {
    return codec.train(DOCUMENTS.subList(0, SEEN)).orElseThrow();
  }

  private static List<byte[]> unseen() {
    return DOCUMENTS.subList(SEEN, DOCUMENTS.size());
  }

  private static long bytes(TrainedCodec codec, Dictionaries dictionaries) {
    return unseen().stream().mapToLong(json -> codec.encode(json, dictionaries).length).sum();
  }

  @Test
  void zstdAndPackedHaveThem() {
    assertThat(Codecs.trained()).extracting(Codec::name).containsExactly("zstd", "packed");
  }

  @Test
  void unseenDocumentsAreShorterWithADictionaryAndAreReadBackWithIt() throws Exception {
    for (TrainedCodec codec : Codecs.trained()) {
      Dictionaries trained = Dictionaries.of(trained(codec).prepare());

      assertThat(bytes(codec, trained))
          .as(codec.name())
          .isLessThan(bytes(codec, Dictionaries.NONE) * 9 / 10);
      for (byte[] json : unseen()) {
        ByteBuffer payload = ByteBuffer.wrap(codec.encode(json, trained));
        assertThat(codec.decode(payload, trained)).isEqualTo(json);
        assertThat(payload.position()).isZero();
      }
    }
  }

  @Test
  void whatWasWrittenWithoutOneIsReadWithAny() throws Exception {
    for (TrainedCodec codec : Codecs.trained()) {
      Dictionaries trained = Dictionaries.of(trained(codec).prepare());
      ByteBuffer payload = ByteBuffer.wrap(codec.encode(DOCUMENTS.get(0)));
      assertThat(codec.decode(payload, trained)).isEqualTo(DOCUMENTS.get(0));
    }
  }

  @Test
  void aPayloadSaysWhichOneItNeeds() throws Exception {
    for (TrainedCodec codec : Codecs.trained()) {
      StoredDictionary stored = trained(codec);
      byte[] payload = codec.encode(DOCUMENTS.get(0), Dictionaries.of(stored.prepare()));
      StoredDictionary other = codec.train(unseen()).orElseThrow();
      assertThat(other.number()).isNotEqualTo(stored.number());
      for (Dictionaries known : List.of(Dictionaries.NONE, Dictionaries.of(other.prepare()))) {
        assertThatThrownBy(() -> codec.decode(ByteBuffer.wrap(payload), known))
            .isInstanceOf(UnknownDictionaryException.class)
            .hasMessageContaining("dictionary " + stored.number());
      }
    }
  }

  @Test
  void anotherCodecsDictionaryIsNotUsed() throws Exception {
    List<TrainedCodec> codecs = Codecs.trained();
    for (int i = 0; i < codecs.size(); i++) {
      TrainedCodec codec = codecs.get(i);
      Dictionaries others = Dictionaries.of(trained(codecs.get((i + 1) % codecs.size())).prepare());
      assertThat(codec.encode(DOCUMENTS.get(0), others)).isEqualTo(codec.encode(DOCUMENTS.get(0)));
    }
  }

  @Test
  void itsNumberIsMadeOfItsBytes() throws Exception {
    for (TrainedCodec codec : Codecs.trained()) {
      StoredDictionary stored = trained(codec);
      assertThat(stored.number()).isBetween(1L << 15, (1L << 28) - 1);
      StoredDictionary again = StoredDictionary.read(stored.bytes());
      assertThat(again.number()).isEqualTo(stored.number());
      assertThat(again.prepare().number()).isEqualTo(stored.number());
      assertThat(again.codec()).contains(codec);
      assertThat(again.size()).isEqualTo(stored.bytes().length - 1);

      byte[] changed = stored.bytes();
      changed[changed.length / 2] ^= 1;
      assertThat(StoredDictionary.read(changed).number()).isNotEqualTo(stored.number());
    }
  }

  @Test
  void zstdNamesADictionaryAsAnyReaderOfZstdExpects() throws Exception {
    TrainedCodec zstd = (TrainedCodec) Codecs.named("zstd").orElseThrow();
    StoredDictionary stored = trained(zstd);
    byte[] frame = zstd.encode(DOCUMENTS.get(0), Dictionaries.of(stored.prepare()));
    assertThat(com.github.luben.zstd.Zstd.getDictIdFromFrame(frame)).isEqualTo(stored.number());
  }

  @Test
  void fewDocumentsMakeNoneOrOneThatWorks() throws Exception {
    byte[] json = "{\"a\":[1,2,3]}".getBytes(UTF_8);
    for (TrainedCodec codec : Codecs.trained()) {
      assertThat(codec.train(List.of())).isEmpty();
      Optional<StoredDictionary> one = codec.train(List.of(json));
      if (one.isPresent()) {
        Dictionaries known = Dictionaries.of(one.get().prepare());
        assertThat(codec.decode(ByteBuffer.wrap(codec.encode(json, known)), known)).isEqualTo(json);
      }
    }
  }

  @Test
  void bytesThatAreNoDictionaryAreRefused() throws Exception {
    assertThatThrownBy(() -> StoredDictionary.read(new byte[1]))
        .isInstanceOf(UndecodableException.class);
    assertThatThrownBy(() -> StoredDictionary.read(new byte[TrainedCodec.DICTIONARY_BYTES_MAX + 2]))
        .isInstanceOf(UndecodableException.class);
    assertThatThrownBy(() -> StoredDictionary.read(new byte[] {1, 2, 3}).prepare())
        .isInstanceOf(UndecodableException.class)
        .hasMessageContaining("codec 1");
    RandomCases.check(
        2_000,
        random -> {
          byte[] noise = new byte[2 + random.nextInt(60)];
          random.nextBytes(noise);
          noise[0] = (byte) (3 + random.nextInt(2));
          try {
            StoredDictionary.read(noise).prepare();
          } catch (UndecodableException e) {
            assertThat(e).hasMessageMatching("the (dictionary|packed payload) .*");
          }
        });
  }

  @Test
  void aDictionaryWithAForeignNumberInItIsRefused() throws Exception {
    StoredDictionary stored = trained((TrainedCodec) Codecs.named("zstd").orElseThrow());
    byte[] renumbered = stored.bytes();
    renumbered[1 + ZstdDictionary.NUMBER_AT] ^= 1;
    StoredDictionary foreign = StoredDictionary.read(renumbered);
    assertThat(foreign.number()).isEqualTo(stored.number());
    assertThatThrownBy(foreign::prepare).isInstanceOf(UndecodableException.class);
  }
}
