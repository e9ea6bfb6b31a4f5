package dev.freshet.codec;

import java.nio.ByteBuffer;

/** Leaves a document as it is. */
final class JsonCodec implements Codec {

  @Override
  public String name() {
    return "json";
  }

  @Override
  public byte id() {
    return 1;
  }

  @Override
  public byte[] encode(byte[] json, Dictionaries dictionaries) {
    return json;
  }

  @Override
  public byte[] decode(ByteBuffer payload, Dictionaries dictionaries) throws UndecodableException {
    if (payload.remaining() > DOCUMENT_BYTES_MAX) {
      throw new UndecodableException(
          "the payload has more than %d bytes".formatted(DOCUMENT_BYTES_MAX));
    }
    byte[] json = new byte[payload.remaining()];
    payload.duplicate().get(json);
    return json;
  }
}
