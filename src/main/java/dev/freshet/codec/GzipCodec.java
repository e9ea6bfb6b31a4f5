package dev.freshet.codec;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Writes a document as gzip (RFC 1952), which every language reads. */
final class GzipCodec implements Codec {

  @Override
  public String name() {
    return "gzip";
  }

  @Override
  public byte id() {
    return 2;
  }

  @Override
  public byte[] encode(byte[] json, Dictionaries dictionaries) {
    ByteArrayOutputStream payload = new ByteArrayOutputStream(json.length / 2 + 32);
    try (GZIPOutputStream gzip = new GZIPOutputStream(payload)) {
      gzip.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException("gzip to memory failed", e);
    }
    return payload.toByteArray();
  }

  @Override
  public byte[] decode(ByteBuffer payload, Dictionaries dictionaries) throws UndecodableException {
    byte[] bytes = new byte[payload.remaining()];
    payload.duplicate().get(bytes);
    try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      byte[] json = gzip.readNBytes(DOCUMENT_BYTES_MAX + 1);
      if (json.length > DOCUMENT_BYTES_MAX) {
        throw new UndecodableException(
            "the gzip payload holds more than %d bytes".formatted(DOCUMENT_BYTES_MAX));
      }
      return json;
    } catch (IOException e) {
      throw new UndecodableException("the payload is no gzip: " + e.getMessage(), e);
    }
  }
}
