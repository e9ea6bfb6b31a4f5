package dev.freshet.codec.packed;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdDictCompress;
import com.github.luben.zstd.ZstdDictDecompress;
import com.github.luben.zstd.ZstdException;
import dev.freshet.codec.UndecodableException;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Compresses with zstd, with or without a dictionary: frames without magic number, size, checksum
 * and dictionary's id. Its contexts are made once and used again. Safe for use by many threads.
 */
final class Compressor implements AutoCloseable {
  private static final int LEVEL = 3;

  /** Contexts kept at most, of each kind. */
  private static final int KEPT_MAX = 64;

  private final @Nullable ZstdDictCompress forCompression;
  private final @Nullable ZstdDictDecompress forDecompression;
  private final ConcurrentLinkedQueue<ZstdCompressCtx> compressing = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<ZstdDecompressCtx> decompressing =
      new ConcurrentLinkedQueue<>();

  /**
   * Prepares a dictionary.
   *
   * @param dictionary zstd's; none if empty
   */
  Compressor(byte[] dictionary) {
    forCompression = dictionary.length == 0 ? null : new ZstdDictCompress(dictionary, LEVEL);
    forDecompression = dictionary.length == 0 ? null : new ZstdDictDecompress(dictionary);
  }

  private ZstdCompressCtx compressCtx() {
    ZstdCompressCtx kept = compressing.poll();
    if (kept != null) {
      return kept;
    }
    ZstdCompressCtx made =
        new ZstdCompressCtx()
            .setLevel(LEVEL)
            .setMagicless(true)
            .setContentSize(false)
            .setChecksum(false)
            .setDictID(false);
    return forCompression == null ? made : made.loadDict(forCompression);
  }

  private ZstdDecompressCtx decompressCtx() {
    ZstdDecompressCtx kept = decompressing.poll();
    if (kept != null) {
      return kept;
    }
    ZstdDecompressCtx made = new ZstdDecompressCtx().setMagicless(true);
    return forDecompression == null ? made : made.loadDict(forDecompression);
  }

  byte[] compress(byte[] content) {
    ZstdCompressCtx context = compressCtx();
    byte[] frame = context.compress(content);
    if (compressing.size() < KEPT_MAX) {
      compressing.add(context);
    } else {
      context.close();
    }
    return frame;
  }

  /** Decompresses a frame into a range that it must fill exactly. */
  void decompress(byte[] source, int from, int length, byte[] target, int to, int size)
      throws UndecodableException {
    ZstdDecompressCtx context = decompressCtx();
    try {
      int written = context.decompressByteArray(target, to, size, source, from, length);
      if (written != size) {
        throw new UndecodableException("the packed payload's zstd frame has another length");
      }
    } catch (ZstdException e) {
      throw new UndecodableException("the packed payload's zstd frame is damaged", e);
    } finally {
      if (decompressing.size() < KEPT_MAX) {
        decompressing.add(context);
      } else {
        context.close();
      }
    }
  }

  @Override
  public void close() {
    drain(compressing);
    drain(decompressing);
    if (forCompression != null) {
      forCompression.close();
    }
    if (forDecompression != null) {
      forDecompression.close();
    }
  }

  private static <T extends Closeable> void drain(ConcurrentLinkedQueue<T> contexts) {
    for (T context = contexts.poll(); context != null; context = contexts.poll()) {
      try {
        context.close();
      } catch (IOException e) {
        throw new UncheckedIOException("a zstd context cannot be closed", e);
      }
    }
  }
}
