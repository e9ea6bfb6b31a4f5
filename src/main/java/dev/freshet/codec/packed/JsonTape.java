package dev.freshet.codec.packed;

import java.util.Arrays;
import java.util.Optional;

/**
 * A JSON text (RFC 8259) as a list of its values in order of appearance, each container before what
 * is in it, a member's key before its value. Tokens are ranges of the text: nothing is converted.
 */
final class JsonTape {
  static final byte OBJECT = 0;
  static final byte ARRAY = 1;
  static final byte STRING = 2;
  static final byte NUMBER = 3;
  static final byte TRUE = 4;
  static final byte FALSE = 5;
  static final byte NULL = 6;

  /** A member's name. */
  static final byte KEY = 7;

  /** Containers within containers, the outermost included. */
  static final int DEPTH_MAX = 200;

  private final byte[] json;
  private byte[] kinds = new byte[64];
  private int[] from = new int[64];
  private int[] to = new int[64];
  private int size;
  private int position;

  private JsonTape(byte[] json) {
    this.json = json;
  }

  /** Reads a text; empty if it is no JSON, or nested deeper than {@link #DEPTH_MAX}. */
  static Optional<JsonTape> read(byte[] json) {
    JsonTape tape = new JsonTape(json);
    tape.skipSpace();
    if (!tape.value(0)) {
      return Optional.empty();
    }
    tape.skipSpace();
    return tape.position == json.length ? Optional.of(tape) : Optional.empty();
  }

  byte[] text() {
    return json;
  }

  byte kind(int item) {
    return kinds[item];
  }

  /** Where a token starts in the text; a string's starts after its quote. */
  int from(int item) {
    return from[item];
  }

  /** Where a token ends in the text; a string's ends before its quote. */
  int to(int item) {
    return to[item];
  }

  /** The number of a container's elements or members. */
  int count(int container) {
    return from[container];
  }

  /** The item after this one and all that is in it. */
  int next(int item) {
    return kinds[item] <= ARRAY ? to[item] : item + 1;
  }

  /** Whether two tokens are the same bytes. */
  boolean isSame(int item, int other) {
    return Arrays.equals(json, from[item], to[item], json, from[other], to[other]);
  }

  /** A token's bytes. */
  byte[] bytes(int item) {
    return Arrays.copyOfRange(json, from[item], to[item]);
  }

  /** The text without the white space between its tokens. */
  byte[] minified() {
    byte[] out = new byte[json.length];
    int length = 0;
    boolean inString = false;
    for (int i = 0; i < json.length; i++) {
      byte b = json[i];
      if (inString) {
        out[length++] = b;
        if (b == '\\') {
          out[length++] = json[++i];
        } else if (b == '"') {
          inString = false;
        }
      } else if (!isSpace(b)) {
        out[length++] = b;
        inString = b == '"';
      }
    }
    return length == json.length ? json : Arrays.copyOf(out, length);
  }

  private int add(byte kind, int first, int end) {
    if (size == kinds.length) {
      kinds = Arrays.copyOf(kinds, size * 2);
      from = Arrays.copyOf(from, size * 2);
      to = Arrays.copyOf(to, size * 2);
    }
    kinds[size] = kind;
    from[size] = first;
    to[size] = end;
    return size++;
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }

  private void skipSpace() {
    while (position < json.length && isSpace(json[position])) {
      position++;
    }
  }

  private boolean takes(char expected) {
    if (position < json.length && json[position] == expected) {
      position++;
      return true;
    }
    return false;
  }

  private boolean value(int depth) {
    if (position == json.length) {
      return false;
    }
    return switch (json[position]) {
      case '{' -> container(OBJECT, '}', depth);
      case '[' -> container(ARRAY, ']', depth);
      case '"' -> string();
      case 't' -> literal("true", TRUE);
      case 'f' -> literal("false", FALSE);
      case 'n' -> literal("null", NULL);
      default -> number();
    };
  }

  private boolean container(byte kind, char end, int depth) {
    if (depth == DEPTH_MAX) {
      return false;
    }
    int self = add(kind, 0, 0);
    position++;
    skipSpace();
    int count = 0;
    if (!takes(end)) {
      do {
        skipSpace();
        if (kind == OBJECT && !member()) {
          return false;
        }
        if (!value(depth + 1)) {
          return false;
        }
        count++;
        skipSpace();
      } while (takes(','));
      if (!takes(end)) {
        return false;
      }
    }
    from[self] = count;
    to[self] = size;
    return true;
  }

  private boolean member() {
    if (position == json.length || json[position] != '"' || !string()) {
      return false;
    }
    kinds[size - 1] = KEY;
    skipSpace();
    boolean named = takes(':');
    skipSpace();
    return named;
  }

  private boolean string() {
    int start = ++position;
    while (position < json.length) {
      byte b = json[position++];
      if (b == '"') {
        add(STRING, start, position - 1);
        return true;
      }
      if (b == '\\') {
        if (!escape()) {
          return false;
        }
      } else if (b >= 0 && b < 0x20) {
        return false;
      }
    }
    return false;
  }

  /** Goes over what follows a backslash. */
  private boolean escape() {
    if (position == json.length) {
      return false;
    }
    byte escaped = json[position++];
    if (escaped != 'u') {
      return "\"\\/bfnrt".indexOf(escaped) >= 0;
    }
    int end = position + 4;
    while (position < end && position < json.length) {
      if (Character.digit(json[position], 16) < 0) {
        return false;
      }
      position++;
    }
    return position == end;
  }

  private boolean literal(String word, byte kind) {
    int start = position;
    for (int i = 0; i < word.length(); i++) {
      if (!takes(word.charAt(i))) {
        return false;
      }
    }
    add(kind, start, position);
    return true;
  }

  private boolean number() {
    int start = position;
    takes('-');
    if (!takes('0') && !digits()) {
      return false;
    }
    if (takes('.') && !digits()) {
      return false;
    }
    if (takes('e') || takes('E')) {
      if (!takes('+')) {
        takes('-');
      }
      if (!digits()) {
        return false;
      }
    }
    add(NUMBER, start, position);
    return true;
  }

  private boolean digits() {
    int start = position;
    while (position < json.length && json[position] >= '0' && json[position] <= '9') {
      position++;
    }
    return position > start;
  }
}
