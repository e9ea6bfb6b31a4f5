package dev.freshet.codec.packed;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdDictCompress;
import com.github.luben.zstd.ZstdDictDecompress;
import com.github.luben.zstd.ZstdException;
import dev.freshet.codec.UndecodableException;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Compresses with zstd, with or without a dictionary: frames without magic number, size, checksum
 * and dictionary's id. Its contexts are made once and used again. Safe for use by many threads.
 */
final class Compressor implements AutoCloseable {
  private static final int LEVEL = 3;

  /** What a frame of zstd's holds at most for each 4 bytes of it: a block of one repeated byte. */
  private static final long BLOCK_BYTES_MAX = 128 << 10;

  /** Compresses without a dictionary. */
  static final Compressor PLAIN = new Compressor();

  /** Contexts kept at most, of each kind. */
  private static final int KEPT_MAX = 64;

  /**
   * Contexts without a dictionary: one is lent for a single call and then taken back, so that
   * nothing of a dictionary's outlives it.
   */
  private static final ConcurrentLinkedQueue<ZstdCompressCtx> COMPRESSING =
      new ConcurrentLinkedQueue<>();

  private static final ConcurrentLinkedQueue<ZstdDecompressCtx> DECOMPRESSING =
      new ConcurrentLinkedQueue<>();

  private final @Nullable ZstdDictCompress forCompression;
  private final @Nullable ZstdDictDecompress forDecompression;

  /**
   * Prepares a dictionary.
   *
   * @param dictionary zstd's
   * @throws UndecodableException if zstd does not take it for one
   */
  Compressor(byte[] dictionary) throws UndecodableException {
    try {
      forCompression = dictionary.length == 0 ? null : new ZstdDictCompress(dictionary, LEVEL);
      forDecompression = dictionary.length == 0 ? null : new ZstdDictDecompress(dictionary);
    } catch (IllegalStateException e) { // what the library fails with
      throw new UndecodableException("the dictionary's part for zstd is damaged", e);
    }
  }

  private Compressor() {
    forCompression = null;
    forDecompression = null;
  }

  private static ZstdCompressCtx plain(ZstdCompressCtx context) {
    return context
        .setLevel(LEVEL)
        .setMagicless(true)
        .setContentSize(false)
        .setChecksum(false)
        .setDictID(false);
  }

  byte[] compress(byte[] content) {
    ZstdCompressCtx kept = COMPRESSING.poll();
    ZstdCompressCtx context = kept == null ? plain(new ZstdCompressCtx()) : kept;
    if (forCompression != null) {
      context.loadDict(forCompression);
    }
    byte[] frame = context.compress(content);
    if (COMPRESSING.size() >= KEPT_MAX) {
      context.close();
      return frame;
    }
    if (forCompression != null) {
      context.reset();
      plain(context);
    }
    COMPRESSING.add(context);
    return frame;
  }

  /**
   * Decompresses a frame.
   *
   * @param size of what it holds; of more than any frame of this length can, nothing is made
   */
  byte[] decompress(byte[] source, int from, int length, int size) throws UndecodableException {
    if (size > BLOCK_BYTES_MAX * (length / 4 + 1L)) {
      throw new UndecodableException("the packed payload's zstd frame is too short");
    }
    byte[] target = new byte[size];
    ZstdDecompressCtx kept = DECOMPRESSING.poll();
    ZstdDecompressCtx context = kept == null ? new ZstdDecompressCtx().setMagicless(true) : kept;
    if (forDecompression != null) {
      context.loadDict(forDecompression);
    }
    try {
      int written = context.decompressByteArray(target, 0, size, source, from, length);
      if (written != size) {
        throw new UndecodableException("the packed payload's zstd frame has another length");
      }
      return target;
    } catch (ZstdException e) {
      throw new UndecodableException("the packed payload's zstd frame is damaged", e);
    } finally {
      takeBack(context);
    }
  }

  private void takeBack(ZstdDecompressCtx context) {
    if (DECOMPRESSING.size() >= KEPT_MAX) {
      context.close();
      return;
    }
    if (forDecompression != null) {
      context.reset();
      context.setMagicless(true);
    }
    DECOMPRESSING.add(context);
  }

  @Override
  public void close() {
    if (forCompression != null) {
      forCompression.close();
    }
    if (forDecompression != null) {
      forDecompression.close();
    }
  }
}
