package dev.freshet.codec.packed;

/**
 * Values of a decoded document, one after the other: an array's elements, a column, or one value.
 */
interface Sequence {
  /** Writes one value's JSON. */
  void write(int index, JsonSink out);

  /** Writes the JSON of some values with commas between them. */
  default void write(int from, int to, JsonSink out) {
    for (int i = from; i < to; i++) {
      if (i > from) {
        out.put(',');
      }
      if (out.isFull()) {
        return;
      }
      write(i, out);
    }
  }
}
