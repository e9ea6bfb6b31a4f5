package dev.freshet.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Writes a document as one Zstandard frame (RFC 8878) that states its content's size and checksum.
 */
final class ZstdCodec implements Codec {
  private static final int LEVEL = 3;
  private static final int MAGIC_NUMBER = 0xFD2FB528;

  @Override
  public String name() {
    return "zstd";
  }

  @Override
  public byte id() {
    return 3;
  }

  @Override
  public byte[] encode(byte[] json) {
    byte[] frame = new byte[Math.toIntExact(Zstd.compressBound(json.length))];
    long length = Zstd.compress(frame, json, LEVEL, true);
    if (Zstd.isError(length)) {
      throw new IllegalStateException("zstd to memory failed: " + Zstd.getErrorName(length));
    }
    return Arrays.copyOf(frame, (int) length);
  }

  @Override
  public byte[] decode(ByteBuffer payload) throws UndecodableException {
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
    try {
      return Zstd.decompress(frame, (int) size);
    } catch (ZstdException e) {
      throw new UndecodableException("the zstd payload is damaged: " + e.getMessage(), e);
    }
  }
}
