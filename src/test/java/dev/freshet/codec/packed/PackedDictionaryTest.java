package dev.freshet.codec.packed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.RandomCases;
import dev.freshet.codec.UndecodableException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PackedDictionaryTest {

  private static PackedDictionary trained(long number, List<byte[]> samples)
      throws UndecodableException {
    PackedDictionaryTrainer trainer = new PackedDictionaryTrainer();
    samples.forEach(trainer::add);
    assertThat(trainer.samples()).isEqualTo(samples.size());
    return PackedDictionary.read(number, trainer.train());
  }

  private static byte[] read(byte[] payload, PackedDictionary... known)
      throws UndecodableException {
    return PackedFormat.decode(
            ByteBuffer.wrap(payload),
            number -> Arrays.stream(known).filter(d -> d.number() == number).findFirst())
        .json();
  }

  /** Bytes of each document that the dictionary has not seen. */
  private static long meanBytes(List<byte[]> documents) throws UndecodableException {
    int half = documents.size() / 2;
    long sum = 0;
    try (PackedDictionary dictionary = trained(3, documents.subList(0, half))) {
      for (byte[] document : documents.subList(half, documents.size())) {
        byte[] payload = PackedFormat.encode(document, dictionary);
        assertThat(read(payload, dictionary)).isEqualTo(document);
        sum += payload.length;
      }
    }
    return sum / (documents.size() - half);
  }

  @Test
  void documentsTakeLessWithADictionaryThatHasNotSeenThem() throws UndecodableException {
    assertThat(meanBytes(SampleDocuments.fast())).isLessThan(250);
    assertThat(meanBytes(SampleDocuments.standard())).isLessThan(1_750);
  }

  @Test
  void aDictionaryIsReadBackFromItsBytes() throws UndecodableException {
    try (PackedDictionary first = trained(1, SampleDocuments.fast());
        PackedDictionary again = PackedDictionary.read(1, first.bytes())) {
      byte[] document = SampleDocuments.fast().get(9);
      assertThat(again.bytes()).isEqualTo(first.bytes());
      assertThat(read(PackedFormat.encode(document, first), again)).isEqualTo(document);
    }
  }

  @Test
  void aPayloadOfAnUnknownDictionaryIsUndecodable() throws UndecodableException {
    try (PackedDictionary dictionary = trained(300, SampleDocuments.fast())) {
      byte[] payload = PackedFormat.encode(SampleDocuments.fast().get(0), dictionary);
      assertThatThrownBy(() -> read(payload))
          .isInstanceOf(UndecodableException.class)
          .hasMessageContaining("dictionary 300");
    }
  }

  @Test
  void documentsUnlikeTheSamplesAreReadBackToo() throws UndecodableException {
    try (PackedDictionary dictionary = trained(1, SampleDocuments.fast())) {
      RandomCases.check(
          2_000,
          random -> {
            byte[] document = RandomJson.next(random).getBytes(UTF_8);
            try {
              assertThat(read(PackedFormat.encode(document, dictionary), dictionary))
                  .isEqualTo(document);
            } catch (UndecodableException e) {
              throw new AssertionError(e);
            }
          });
    }
  }

  @Test
  void damagedPayloadsWithADictionaryAreReadAsSomethingOrUndecodable() throws UndecodableException {
    try (PackedDictionary dictionary = trained(1, SampleDocuments.fast())) {
      byte[] payload = PackedFormat.encode(SampleDocuments.fast().get(0), dictionary);
      RandomCases.check(
          5_000,
          random -> {
            byte[] damaged = payload.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
              damaged[random.nextInt(random.nextBoolean() ? 30 : damaged.length)] =
                  (byte) random.nextInt(256);
            }
            try {
              PackedFormat.decode(ByteBuffer.wrap(damaged), number -> Optional.of(dictionary))
                  .json();
            } catch (UndecodableException e) {
              assertThat(e).hasMessageContaining("pack");
            }
          });
    }
  }

  @Test
  void fewSamplesOrNoneMakeADictionaryToo() throws UndecodableException {
    for (List<byte[]> samples :
        List.of(List.<byte[]>of(), List.of("[1,2]".getBytes(UTF_8)), List.of(new byte[] {'1'}))) {
      try (PackedDictionary dictionary = trained(1, samples)) {
        byte[] document = "{\"a\":[1,2,3]}".getBytes(UTF_8);
        assertThat(read(PackedFormat.encode(document, dictionary), dictionary)).isEqualTo(document);
      }
    }
  }

  @Test
  void longShapesMakeADictionaryThatIsNotTooLong() throws UndecodableException {
    List<byte[]> samples = new ArrayList<>();
    for (int shape = 0; shape < 120; shape++) {
      StringBuilder json = new StringBuilder("{");
      for (int name = 0; name < 400; name++) {
        json.append("\"a rather long name %d of shape %d\":1,".formatted(name, shape));
      }
      byte[] document = json.append("\"end\":1}").toString().getBytes(UTF_8);
      samples.add(document);
      samples.add(document);
    }
    try (PackedDictionary dictionary = trained(1, samples)) {
      assertThat(dictionary.bytes()).hasSizeBetween(200 << 10, PackedDictionary.BYTES_MAX);
      for (byte[] document : samples) {
        assertThat(read(PackedFormat.encode(document, dictionary), dictionary)).isEqualTo(document);
      }
    }
  }

  @Test
  void bytesThatAreNoDictionaryAreRefused() {
    RandomCases.check(
        2_000,
        random -> {
          byte[] noise = new byte[random.nextInt(60)];
          random.nextBytes(noise);
          try {
            PackedDictionary.read(1, noise).close();
          } catch (UndecodableException e) {
            assertThat(e).hasMessageMatching("the (dictionary|packed payload) .*");
          }
        });
    byte[] tooLong = new byte[PackedDictionary.BYTES_MAX + 1];
    tooLong[0] = 1;
    assertThatThrownBy(() -> PackedDictionary.read(1, tooLong))
        .isInstanceOf(UndecodableException.class);
  }
}
