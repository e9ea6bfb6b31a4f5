package dev.freshet.codec;

import dev.freshet.codec.packed.Document;
import java.nio.ByteBuffer;

/**
 * Writes a document's JSON as a value's payload and reads it back, byte for byte.
 *
 * <p>Codecs are stateless and safe for use by many threads.
 */
public interface Codec {
  /** A document longer than this is neither encoded nor decoded. In bytes. */
  int DOCUMENT_BYTES_MAX = 64 << 20;

  /** The name in the configuration, as {@code gzip}. */
  String name();

  /** The byte that stands for this codec in a record's header; never changes its meaning. */
  byte id();

  /**
   * Writes a document as a payload.
   *
   * @param json the document's JSON in UTF-8
   * @param dictionaries of the document's view; the newest of this codec is used, if there is one
   */
  byte[] encode(byte[] json, Dictionaries dictionaries);

  /**
   * Reads a document from a payload.
   *
   * @param dictionaries of the document's view
   * @return the document's JSON in UTF-8
   * @throws UnknownDictionaryException if the payload names a dictionary that is not among them
   * @throws UndecodableException if the payload is not this codec's, is damaged, or holds more than
   *     {@link #DOCUMENT_BYTES_MAX} bytes
   */
  byte[] decode(ByteBuffer payload, Dictionaries dictionaries) throws UndecodableException;

  /**
   * Reads a document from a payload, typed if this codec keeps it so. Throws as {@link #decode}
   * does: what it returns was checked as a whole, and does not fail later.
   */
  default Document read(ByteBuffer payload, Dictionaries dictionaries) throws UndecodableException {
    return Document.ofJson(decode(payload, dictionaries));
  }

  /** Writes a document without a dictionary. */
  default byte[] encode(byte[] json) {
    return encode(json, Dictionaries.NONE);
  }

  /** Reads a document from a payload that was written without a dictionary. */
  default byte[] decode(ByteBuffer payload) throws UndecodableException {
    return decode(payload, Dictionaries.NONE);
  }
}
