package dev.freshet.codec;

import dev.freshet.codec.packed.PackedFormat;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Writes a document as typed binary; what is read back is its JSON without white space. */
final class PackedCodec implements Codec {

  @Override
  public String name() {
    return "packed";
  }

  @Override
  public byte id() {
    return 4;
  }

  @Override
  public byte[] encode(byte[] json) {
    return PackedFormat.encode(json, null);
  }

  @Override
  public byte[] decode(ByteBuffer payload) throws UndecodableException {
    return PackedFormat.decode(payload, number -> Optional.empty()).json();
  }
}
