package dev.freshet.codec;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;

/** Writes a document as one Zstandard frame (RFC 8878) that states its content size. */
final class ZstdCodec implements Codec {
  private static final int LEVEL = 3;

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
    return Zstd.compress(json, LEVEL);
  }

  @Override
  public byte[] decode(ByteBuffer payload) throws UndecodableException {
    byte[] frame = new byte[payload.remaining()];
    payload.duplicate().get(frame);
    long size = Zstd.getFrameContentSize(frame);
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
