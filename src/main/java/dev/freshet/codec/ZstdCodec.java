package dev.freshet.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDictTrainer;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Writes a document as one Zstandard frame (RFC 8878) that states its content's size and checksum.
 */
final class ZstdCodec implements TrainedCodec {
  static final byte ID = 3;
  static final int LEVEL = 3;

  /** As long as what it saves is worth: a longer one saves less than it takes to read. */
  private static final int DICTIONARY_BYTES = 16 << 10;

  private static final int MAGIC_NUMBER = 0xFD2FB528;

  @Override
  public String name() {
    return "zstd";
  }

  @Override
  public byte id() {
    return ID;
  }

  @Override
  public byte[] encode(byte[] json, Dictionaries dictionaries) {
    return dictionaries
        .newest(ZstdDictionary.class)
        .map(dictionary -> dictionary.compress(json))
        .orElseGet(() -> compressed(json));
  }

  private static byte[] compressed(byte[] json) {
    byte[] frame = new byte[Math.toIntExact(Zstd.compressBound(json.length))];
    long length = Zstd.compress(frame, json, LEVEL, true);
    if (Zstd.isError(length)) {
      throw new IllegalStateException("zstd to memory failed: " + Zstd.getErrorName(length));
    }
    return Arrays.copyOf(frame, (int) length);
  }

  @Override
  public byte[] decode(ByteBuffer payload, Dictionaries dictionaries) throws UndecodableException {
    byte[] frame = new byte[payload.remaining()];
    payload.duplicate().get(frame);
    // The library fails unchecked on no bytes at all, and takes a skippable frame for an empty
    // text.
    boolean isFrame =
        frame.length > Integer.BYTES
            && ByteBuffer.wrap(frame).order(LITTLE_ENDIAN).getInt() == MAGIC_NUMBER;
    long size = isFrame ? Zstd.getFrameContentSize(frame) : -1;
    if (size < 0 || size > DOCUMENT_BYTES_MAX) {
      throw new UndecodableException(
          "the payload is no zstd frame that states a content of at most %d bytes"
              .formatted(DOCUMENT_BYTES_MAX));
    }
    long number = Zstd.getDictIdFromFrame(frame);
    Optional<ZstdDictionary> dictionary =
        number == 0 ? Optional.empty() : dictionaries.find(ZstdDictionary.class, number);
    if (number != 0 && dictionary.isEmpty()) {
      throw new UnknownDictionaryException(name(), number);
    }
    try {
      return dictionary.isPresent()
          ? dictionary.get().decompress(frame, (int) size)
          : Zstd.decompress(frame, (int) size);
    } catch (ZstdException e) {
      throw new UndecodableException("the zstd payload is damaged: " + e.getMessage(), e);
    }
  }

  @Override
  public Class<? extends Dictionary> dictionaryType() {
    return ZstdDictionary.class;
  }

  @Override
  public Optional<StoredDictionary> train(List<byte[]> documents) {
    int total = documents.stream().mapToInt(document -> document.length).sum();
    ZstdDictTrainer trainer = new ZstdDictTrainer(total + 1, DICTIONARY_BYTES, LEVEL);
    documents.forEach(trainer::addSample);
    try {
      return Optional.of(ZstdDictionary.numbered(trainer.trainSamples()));
    } catch (ZstdException e) {
      return Optional.empty(); // what it calls an error: too few samples, or too short ones
    }
  }

  @Override
  public Dictionary prepare(StoredDictionary dictionary) throws UndecodableException {
    return new ZstdDictionary(dictionary);
  }
}
