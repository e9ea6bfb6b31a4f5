package dev.freshet.codec.packed;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Takes a JSON text apart into streams. */
final class PackedEncoder {
  /** Stand in the layout for a single value that is no number and no text. */
  static final int NULL = 0;

  static final int FALSE = 1;
  static final int TRUE = 2;

  private final JsonTape tape;
  private final Strings strings;
  private final Streams out = new Streams();

  private PackedEncoder(JsonTape tape, Strings strings) {
    this.tape = tape;
    this.strings = strings;
  }

  static Streams encode(JsonTape tape, Strings strings) {
    PackedEncoder encoder = new PackedEncoder(tape, strings);
    encoder.value(0);
    return encoder.out;
  }

  private void value(int item) {
    switch (tape.kind(item)) {
      case JsonTape.OBJECT -> {
        int[] members = children(item);
        out.shape.put(Shape.OBJECT);
        names(members);
        for (int i = 1; i < members.length; i += 2) {
          value(members[i]);
        }
      }
      case JsonTape.ARRAY -> {
        int[] elements = children(item);
        out.layout.putVarint(elements.length);
        sequence(elements, 0);
      }
      default -> scalar(item);
    }
  }

  /** An array's elements, or an object's keys and values in turns. */
  private int[] children(int container) {
    int factor = tape.kind(container) == JsonTape.OBJECT ? 2 : 1;
    int[] children = new int[tape.count(container) * factor];
    int item = container + 1;
    for (int i = 0; i < children.length; i++) {
      children[i] = item;
      item = tape.next(item);
    }
    return children;
  }

  private void names(int[] members) {
    out.shape.putVarint(members.length / 2);
    for (int i = 0; i < members.length; i += 2) {
      out.shape.putVarint(tape.to(members[i]) - tape.from(members[i]));
      out.shape.put(tape.text(), tape.from(members[i]), tape.to(members[i]));
    }
  }

  private void scalar(int item) {
    out.shape.put(Shape.SCALAR);
    int[] one = {item};
    switch (tape.kind(item)) {
      case JsonTape.STRING -> new Texts(tape, one, strings).write(out);
      case JsonTape.NUMBER -> Numbers.of(tape, one).write(0, out);
      case JsonTape.TRUE -> out.layout.put(TRUE);
      case JsonTape.FALSE -> out.layout.put(FALSE);
      default -> out.layout.put(NULL);
    }
  }

  /**
   * Writes values whose number is known.
   *
   * @param columns of a matrix that they are the rows of, one after the other; 0 if of none
   */
  private void sequence(int[] items, int columns) {
    if (all(items, JsonTape.NUMBER)) {
      out.shape.put(Shape.NUMBERS);
      Numbers.of(tape, items).write(columns, out);
    } else if (all(items, JsonTape.STRING)) {
      out.shape.put(Shape.TEXTS);
      new Texts(tape, items, strings).write(out);
    } else if (areFlags(items)) {
      out.shape.put(Shape.FLAGS);
      for (int item : items) {
        out.bits.put(tape.kind(item) == JsonTape.TRUE ? 1 : 0, 1);
      }
    } else if (all(items, JsonTape.OBJECT) && areAlike(items)) {
      table(items);
    } else if (all(items, JsonTape.ARRAY)) {
      arrays(items);
    } else {
      out.shape.put(Shape.MIXED);
      for (int item : items) {
        value(item);
      }
    }
  }

  private boolean all(int[] items, int kind) {
    for (int item : items) {
      if (tape.kind(item) != kind) {
        return false;
      }
    }
    return items.length > 0;
  }

  private boolean areFlags(int[] items) {
    for (int item : items) {
      if (tape.kind(item) != JsonTape.TRUE && tape.kind(item) != JsonTape.FALSE) {
        return false;
      }
    }
    return items.length > 0;
  }

  /** Whether objects have the same names in the same order, and any. */
  private boolean areAlike(int[] objects) {
    int[] first = children(objects[0]);
    for (int object : objects) {
      if (tape.count(object) * 2 != first.length) {
        return false;
      }
      int name = object + 1;
      for (int i = 0; i < first.length; i += 2) {
        if (!tape.isSame(name, first[i])) {
          return false;
        }
        name = tape.next(tape.next(name));
      }
    }
    return first.length > 0;
  }

  private void table(int[] objects) {
    int[] first = children(objects[0]);
    int[][] columns = new int[first.length / 2][objects.length];
    for (int row = 0; row < objects.length; row++) {
      int item = objects[row] + 1;
      for (int[] column : columns) {
        column[row] = tape.next(item);
        item = tape.next(column[row]);
      }
    }
    out.shape.put(Shape.TABLE);
    names(first);
    List<Numbers> numbers = new ArrayList<>();
    for (int[] column : columns) {
      numbers.add(
          all(column, JsonTape.NUMBER) ? Numbers.of(tape, column) : Numbers.of(tape, new int[0]));
    }
    ScaledColumns scaled = ScaledColumns.among(numbers);
    for (int i = 0; i < columns.length; i++) {
      if (!all(columns[i], JsonTape.NUMBER)) {
        sequence(columns[i], 0);
        continue;
      }
      out.shape.put(Shape.NUMBERS);
      if (!scaled.write(i, numbers.get(i), out)) {
        numbers.get(i).write(0, out);
      }
    }
  }

  private void arrays(int[] arrays) {
    List<Integer> elements = new ArrayList<>();
    long[] lengths = new long[arrays.length];
    for (int i = 0; i < arrays.length; i++) {
      lengths[i] = tape.count(arrays[i]);
      for (int child : children(arrays[i])) {
        elements.add(child);
      }
    }
    int[] all = elements.stream().mapToInt(Integer::intValue).toArray();
    if (Arrays.stream(lengths).allMatch(length -> length == lengths[0])) {
      out.shape.put(Shape.GRID);
      out.layout.putVarint(lengths[0]);
      sequence(all, (int) lengths[0]);
    } else {
      out.shape.put(Shape.RAGGED);
      IntCodings.write(lengths, out);
      sequence(all, 0);
    }
  }
}
