package dev.freshet.codec.packed;

import dev.freshet.codec.Codec;
import dev.freshet.codec.UndecodableException;
import dev.freshet.codec.UnknownDictionaryException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes a document's JSON as a packed payload, and reads it. */
public final class PackedFormat {
  /** The upper four bits of the first byte; the lower four are flags. */
  private static final int VERSION = 1 << 4;

  private static final int WITH_DICTIONARY = 1;
  private static final int COMPRESSED = 2;
  private static final int WITH_ROWS = 4;
  private static final int VERBATIM = 8;
  private static final int FLAGS = 15;

  /** Values that any payload may hold, and how many more for each of its bytes. */
  private static final long VALUES_MAX = 1 << 16;

  private static final long VALUES_PER_BYTE = 256;

  /** What a sequence takes in memory beside what it holds, about. */
  private static final int VALUE_BYTES = 80;

  /** What zstd must save at least. In bytes. */
  private static final int SAVED_MIN = 3;

  /** The part that it must save at least, one of so many: for less it makes reading too slow. */
  private static final int SAVED_PART = 8;

  private PackedFormat() {}

  /** Finds the dictionary that a payload names. */
  @FunctionalInterface
  public interface Dictionaries {
    /** The dictionary of a number; empty if it is not known. */
    Optional<PackedDictionary> find(long number);
  }

  /**
   * Writes a document.
   *
   * @param json in UTF-8; what is read back is this text without the white space between its
   *     tokens, or, if it is no JSON, this text
   * @param dictionary null to write without one
   */
  public static byte[] encode(byte[] json, @Nullable PackedDictionary dictionary) {
    Optional<JsonTape> tape = JsonTape.read(json);
    if (tape.isEmpty()) {
      return verbatim(json, dictionary);
    }
    byte[] canonical = tape.get().minified();
    byte[] payload = assemble(streams(tape.get(), dictionary), dictionary, true);
    return isReadAs(canonical, payload, dictionary) ? payload : verbatim(canonical, dictionary);
  }

  static Streams streams(JsonTape tape, @Nullable PackedDictionary dictionary) {
    return PackedEncoder.encode(tape, dictionary == null ? Strings.NONE : dictionary.strings());
  }

  /** Whether a payload gives back a text; nothing is stored of which that was not seen. */
  private static boolean isReadAs(
      byte[] json, byte[] payload, @Nullable PackedDictionary dictionary) {
    try {
      Document document =
          decode(ByteBuffer.wrap(payload), number -> Optional.ofNullable(dictionary));
      return Arrays.equals(document.json(), json);
    } catch (UndecodableException e) {
      // More values than a payload of this length may hold, as a long run of the same one.
      return false;
    }
  }

  /**
   * Writes streams as a payload.
   *
   * @param mayCompress whether zstd is asked at all
   */
  static byte[] assemble(
      Streams streams, @Nullable PackedDictionary dictionary, boolean mayCompress) {
    ByteSink head = new ByteSink();
    if (dictionary != null) {
      head.putVarint(dictionary.number());
      head.putVarint(placeOfShape(streams, dictionary));
      head.putVarint(placeOfLayout(streams, dictionary));
    }
    byte[] content = plain(streams, dictionary);
    byte[] frame = mayCompress ? compressor(dictionary).compress(content) : content;
    int flags = dictionary == null ? 0 : WITH_DICTIONARY;
    head.putVarint(content.length);
    if (isWorthIt(frame, content)) {
      flags |= COMPRESSED;
      head.putVarint(frame.length);
      content = frame;
    }
    byte[] rows = streams.rows.toBytes();
    if (rows.length > 0) {
      flags |= WITH_ROWS;
      head.putVarint(rows.length);
      byte[] shorter = mayCompress ? Compressor.PLAIN.compress(rows) : rows;
      boolean isShorter = isWorthIt(shorter, rows);
      head.putVarint(isShorter ? shorter.length : 0);
      rows = isShorter ? shorter : rows;
    }
    ByteSink payload = new ByteSink();
    payload.put(VERSION | flags);
    payload.put(head.toBytes());
    payload.put(content);
    payload.put(rows);
    payload.put(streams.bits.toBytes());
    return payload.toBytes();
  }

  private static boolean isWorthIt(byte[] frame, byte[] content) {
    return content.length - frame.length >= Math.max(SAVED_MIN, content.length / SAVED_PART);
  }

  /** What zstd compresses: shape and layout, if the dictionary has not got them, and the data. */
  static byte[] plain(Streams streams, @Nullable PackedDictionary dictionary) {
    ByteSink plain = new ByteSink();
    if (placeOfShape(streams, dictionary) == 0) {
      plain.putVarint(streams.shape.length());
      plain.put(streams.shape.toBytes());
    }
    if (placeOfLayout(streams, dictionary) == 0) {
      plain.putVarint(streams.layout.length());
      plain.put(streams.layout.toBytes());
    }
    plain.put(streams.data.toBytes());
    return plain.toBytes();
  }

  /** Counted from 1; 0 if the dictionary has not got it. */
  private static int placeOfShape(Streams streams, @Nullable PackedDictionary dictionary) {
    Integer place = dictionary == null ? null : dictionary.placeOfShape(streams.shape.toBytes());
    return place == null ? 0 : place + 1;
  }

  private static int placeOfLayout(Streams streams, @Nullable PackedDictionary dictionary) {
    Integer place = dictionary == null ? null : dictionary.placeOfLayout(streams.layout.toBytes());
    return place == null ? 0 : place + 1;
  }

  private static Compressor compressor(@Nullable PackedDictionary dictionary) {
    return dictionary == null ? Compressor.PLAIN : dictionary.compressor();
  }

  private static byte[] verbatim(byte[] text, @Nullable PackedDictionary dictionary) {
    byte[] frame = compressor(dictionary).compress(text);
    boolean isShorter = frame.length < text.length;
    ByteSink payload = new ByteSink();
    payload.put(
        VERSION
            | VERBATIM
            | (dictionary == null ? 0 : WITH_DICTIONARY)
            | (isShorter ? COMPRESSED : 0));
    if (dictionary != null) {
      payload.putVarint(dictionary.number());
    }
    payload.putVarint(text.length);
    payload.put(isShorter ? frame : text);
    return payload.toBytes();
  }

  /**
   * Reads a document.
   *
   * @param payload as {@link #encode} wrote it; its position stays
   * @throws UndecodableException if it is no packed payload, is damaged, or names a dictionary that
   *     is not known
   */
  public static Document decode(ByteBuffer payload, Dictionaries dictionaries)
      throws UndecodableException {
    int length = payload.remaining();
    byte[] bytes = new byte[length + BitSource.SLACK_BYTES];
    payload.get(payload.position(), bytes, 0, length);
    Source head = new Source(bytes, 0, length);
    int first = head.get();
    if ((first & ~FLAGS) != VERSION) {
      throw new UndecodableException("the payload is not packed, or of another version");
    }
    PackedDictionary dictionary = null;
    if ((first & WITH_DICTIONARY) != 0) {
      long number = head.varint();
      dictionary =
          dictionaries
              .find(number)
              .orElseThrow(() -> new UnknownDictionaryException("packed", number));
    }
    return (first & VERBATIM) != 0
        ? verbatim(head, (first & COMPRESSED) != 0, dictionary)
        : streams(head, first, length, dictionary);
  }

  private static Document verbatim(
      Source head, boolean isCompressed, @Nullable PackedDictionary dictionary)
      throws UndecodableException {
    int size = head.count(Codec.DOCUMENT_BYTES_MAX);
    byte[] text;
    if (isCompressed) {
      text =
          compressor(dictionary).decompress(head.bytes(), head.position(), head.remaining(), size);
    } else {
      text = head.get(size);
      if (head.remaining() > 0) {
        throw new UndecodableException("the packed payload goes on after its document");
      }
    }
    return Document.of(new TextOnly(text), size);
  }

  private static Document streams(
      Source head, int flags, int length, @Nullable PackedDictionary dictionary)
      throws UndecodableException {
    int shapePlace = dictionary == null ? 0 : head.count(Integer.MAX_VALUE);
    int layoutPlace = dictionary == null ? 0 : head.count(Integer.MAX_VALUE);
    int plainSize = head.count(Codec.DOCUMENT_BYTES_MAX);
    boolean isCompressed = (flags & COMPRESSED) != 0;
    int plainLength = isCompressed ? head.count(head.remaining()) : plainSize;
    int rowsSize = 0;
    int rowsLength = 0;
    boolean areRowsCompressed = false;
    if ((flags & WITH_ROWS) != 0) {
      rowsSize = head.count(Codec.DOCUMENT_BYTES_MAX);
      rowsLength = head.count(head.remaining());
      areRowsCompressed = rowsLength > 0;
      rowsLength = areRowsCompressed ? rowsLength : rowsSize;
    }
    int plainAt = head.skip(plainLength);
    int rowsAt = head.skip(rowsLength);
    BitSource bits = new BitSource(head.bytes(), head.position(), length);
    Source plain =
        part(compressor(dictionary), isCompressed, head.bytes(), plainAt, plainLength, plainSize);
    Source rows =
        part(Compressor.PLAIN, areRowsCompressed, head.bytes(), rowsAt, rowsLength, rowsSize);
    long valuesMax = Math.min(VALUES_MAX + VALUES_PER_BYTE * length, Codec.DOCUMENT_BYTES_MAX / 2);
    Shape shape;
    if (dictionary != null && shapePlace > 0) {
      shape = dictionary.shape(shapePlace - 1);
    } else {
      int shapeLength = plain.count(plain.remaining());
      int at = plain.skip(shapeLength);
      shape = Shape.read(plain.bytes(), at, at + shapeLength, valuesMax);
    }
    Source layout;
    if (dictionary != null && layoutPlace > 0) {
      byte[] known = dictionary.layout(layoutPlace - 1);
      layout = new Source(known, 0, known.length);
    } else {
      int layoutLength = plain.count(plain.remaining());
      int at = plain.skip(layoutLength);
      layout = new Source(plain.bytes(), at, at + layoutLength);
    }
    Strings strings = dictionary == null ? Strings.NONE : dictionary.strings();
    Parts parts = new Parts(layout, plain, rows, bits, strings, valuesMax);
    long streamsBytes =
        (long) length + (isCompressed ? plainSize : 0) + (areRowsCompressed ? rowsSize : 0);
    Sequence value = PackedDecoder.decode(shape, parts);
    Document document =
        Document.of(value, streamsBytes + parts.keptMax() + (long) VALUE_BYTES * shape.size());
    long jsonMax =
        parts.claimed() * (DecimalText.BYTES_MAX + shape.longestName()) + parts.keptMax();
    return jsonMax <= Codec.DOCUMENT_BYTES_MAX ? document : document.checked();
  }

  private static Source part(
      Compressor compressor, boolean isCompressed, byte[] bytes, int from, int length, int size)
      throws UndecodableException {
    if (!isCompressed) {
      return new Source(bytes, from, from + size);
    }
    return new Source(compressor.decompress(bytes, from, length, size), 0, size);
  }
}
