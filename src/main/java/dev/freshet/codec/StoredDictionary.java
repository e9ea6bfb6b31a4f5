package dev.freshet.codec;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;

/**
 * A dictionary as it is kept and passed on: the id of its codec (1 byte), then the codec's bytes.
 *
 * <p>Its number is the first 28 bits of the SHA-256 of all these bytes, with 2^15 added if it is
 * below that: zstd reserves smaller ones. A dictionary of zstd holds its own number in bytes 4 to
 * 7; they count as zeros.
 */
public final class StoredDictionary {
  private static final int NUMBER_BITS = 28;
  private static final int NUMBER_MIN = 1 << 15;

  private final byte[] bytes;
  private final long number;

  private StoredDictionary(byte[] bytes) {
    this.bytes = bytes;
    byte[] hashed = bytes.clone();
    if (bytes[0] == ZstdCodec.ID && bytes.length > ZstdDictionary.NUMBER_AT + 1 + Integer.BYTES) {
      Arrays.fill(
          hashed,
          1 + ZstdDictionary.NUMBER_AT,
          1 + ZstdDictionary.NUMBER_AT + Integer.BYTES,
          (byte) 0);
    }
    int first = ByteBuffer.wrap(sha256(hashed)).getInt() >>> (Integer.SIZE - NUMBER_BITS);
    this.number = first < NUMBER_MIN ? first + NUMBER_MIN : first;
  }

  /**
   * Reads a dictionary as {@link #bytes} wrote it.
   *
   * @throws UndecodableException if it is empty or too long
   */
  public static StoredDictionary read(byte[] bytes) throws UndecodableException {
    if (bytes.length < 2 || bytes.length > 1 + TrainedCodec.DICTIONARY_BYTES_MAX) {
      throw new UndecodableException(
          "a dictionary has 1 to %d bytes, not %d"
              .formatted(TrainedCodec.DICTIONARY_BYTES_MAX, bytes.length - 1));
    }
    return new StoredDictionary(bytes.clone());
  }

  static StoredDictionary of(byte codec, byte[] content) {
    byte[] bytes = new byte[1 + content.length];
    bytes[0] = codec;
    System.arraycopy(content, 0, bytes, 1, content.length);
    return new StoredDictionary(bytes);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  /** What payloads name it by. */
  public long number() {
    return number;
  }

  /** The codec that it is of; empty if this version has no such codec. */
  public Optional<TrainedCodec> codec() {
    return Codecs.withId(bytes[0])
        .filter(TrainedCodec.class::isInstance)
        .map(TrainedCodec.class::cast);
  }

  /** The codec's id and its bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** The codec's bytes. */
  byte[] content() {
    return Arrays.copyOfRange(bytes, 1, bytes.length);
  }

  /** How long it is, in bytes. */
  public int size() {
    return bytes.length - 1;
  }

  /**
   * Prepares it for use.
   *
   * @throws UndecodableException if it is of no codec of this version, or cannot be read
   */
  public Dictionary prepare() throws UndecodableException {
    TrainedCodec codec =
        codec()
            .orElseThrow(
                () ->
                    new UndecodableException(
                        "the dictionary is of codec %d, which this version has not got"
                            .formatted(bytes[0])));
    return codec.prepare(this);
  }
}
