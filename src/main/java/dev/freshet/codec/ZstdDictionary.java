package dev.freshet.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDictCompress;
import com.github.luben.zstd.ZstdDictDecompress;
import java.nio.ByteBuffer;

/**
 * A dictionary in zstd's own format (RFC 8878, section 5), whose id is its number; so that a frame
 * names it as any reader of zstd expects.
 */
final class ZstdDictionary implements Dictionary {
  /** Where its number stands. */
  static final int NUMBER_AT = 4;

  private static final int MAGIC_NUMBER = 0xEC30A437;

  private final long number;
  private final ZstdDictCompress forCompression;
  private final ZstdDictDecompress forDecompression;

  ZstdDictionary(StoredDictionary dictionary) throws UndecodableException {
    byte[] content = dictionary.content();
    number = dictionary.number();
    if (content.length < NUMBER_AT + Integer.BYTES
        || ByteBuffer.wrap(content).order(LITTLE_ENDIAN).getInt() != MAGIC_NUMBER
        || Zstd.getDictIdFromDict(content) != number) {
      throw new UndecodableException("the dictionary is none of zstd, or has another number");
    }
    try {
      forCompression = new ZstdDictCompress(content, ZstdCodec.LEVEL);
      forDecompression = new ZstdDictDecompress(content);
    } catch (IllegalStateException e) { // what the library fails with
      throw new UndecodableException("the dictionary of zstd is damaged", e);
    }
  }

  /** What a training made, with its number in it. */
  static StoredDictionary numbered(byte[] trained) {
    byte[] content = trained.clone();
    int number = (int) StoredDictionary.of(ZstdCodec.ID, content).number();
    ByteBuffer.wrap(content).order(LITTLE_ENDIAN).putInt(NUMBER_AT, number);
    return StoredDictionary.of(ZstdCodec.ID, content);
  }

  @Override
  public long number() {
    return number;
  }

  byte[] compress(byte[] json) {
    try (ZstdCompressCtx context = new ZstdCompressCtx()) {
      context.setLevel(ZstdCodec.LEVEL).setChecksum(true).setContentSize(true).setDictID(true);
      return context.loadDict(forCompression).compress(json);
    }
  }

  byte[] decompress(byte[] frame, int size) {
    return Zstd.decompress(frame, forDecompression, size);
  }
}
