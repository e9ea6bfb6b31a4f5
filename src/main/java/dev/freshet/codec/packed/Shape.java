package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * How a document's values are nested and what the members of its objects are called, in order of
 * appearance.
 */
final class Shape {
  static final int SCALAR = 0;
  static final int OBJECT = 1;
  static final int MIXED = 2;
  static final int NUMBERS = 3;
  static final int TEXTS = 4;
  static final int FLAGS = 5;
  static final int TABLE = 6;
  static final int GRID = 7;
  static final int RAGGED = 8;

  /**
   * The names of an object's members.
   *
   * @param tokens as they stand in JSON: quoted, with a brace or a comma before and a colon behind
   * @param texts without escapes
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Names(byte[][] tokens, String[] texts) {
    int count() {
      return texts.length;
    }

    /** The last member of a name, or -1. */
    int indexOf(String name) {
      for (int i = texts.length - 1; i >= 0; i--) {
        if (texts[i].equals(name)) {
          return i;
        }
      }
      return -1;
    }
  }

  private static final Names NO_NAMES = new Names(new byte[0][], new String[0]);

  private byte[] kinds = new byte[16];
  private Names[] names = new Names[16];
  private int size;
  private int longestName;

  private Shape() {}

  /**
   * Reads a whole shape.
   *
   * @param valuesMax how many values and sequences it may describe
   */
  static Shape read(byte[] bytes, int from, int to, long valuesMax) throws UndecodableException {
    Shape shape = new Shape();
    Source source = new Source(bytes, from, to);
    while (source.remaining() > 0) {
      int kind = source.get();
      if (shape.size >= valuesMax) {
        throw new UndecodableException("the packed payload's shape is too long");
      }
      if (kind > RAGGED) {
        throw new UndecodableException("the packed payload has an unknown kind of value");
      }
      shape.add(kind, kind == OBJECT || kind == TABLE ? readNames(source) : NO_NAMES);
    }
    return shape;
  }

  private static Names readNames(Source source) throws UndecodableException {
    int count = source.count(source.remaining());
    Names names = new Names(new byte[count][], new String[count]);
    for (int i = 0; i < count; i++) {
      byte[] name = source.get(source.count(source.remaining()));
      ByteBuffer token = ByteBuffer.allocate(name.length + 4);
      token.put((byte) (i == 0 ? '{' : ',')).put((byte) '"');
      names.tokens[i] = token.put(name).put((byte) '"').put((byte) ':').array();
      names.texts[i] = JsonString.unescaped(name);
    }
    return names;
  }

  private void add(int kind, Names ofMembers) {
    for (byte[] token : ofMembers.tokens) {
      longestName = Math.max(longestName, token.length);
    }
    if (size == kinds.length) {
      kinds = Arrays.copyOf(kinds, size * 2);
      names = Arrays.copyOf(names, size * 2);
    }
    kinds[size] = (byte) kind;
    names[size++] = ofMembers;
  }

  int size() {
    return size;
  }

  /** Of the names as they stand in JSON, in bytes. */
  int longestName() {
    return longestName;
  }

  int kind(int index) throws UndecodableException {
    if (index >= size) {
      throw new UndecodableException("the packed payload's shape ends too early");
    }
    return kinds[index];
  }

  Names names(int index) {
    return names[index];
  }
}
