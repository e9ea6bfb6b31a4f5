package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;

/** A document's streams as they are read, and what may still be taken from them. */
final class Parts {
  /** Codings within codings. */
  private static final int CODING_DEPTH_MAX = 4;

  final Source layout;
  final Source data;
  final Source rows;
  final BitSource bits;
  final Strings strings;
  private final long valuesMax;
  private long valuesLeft;
  private long keptMax;
  private int codingDepth;

  /**
   * Gathers the streams of one document.
   *
   * @param valuesMax how many values may be made of them
   */
  Parts(Source layout, Source data, Source rows, BitSource bits, Strings strings, long valuesMax) {
    this.layout = layout;
    this.data = data;
    this.rows = rows;
    this.bits = bits;
    this.strings = strings;
    this.valuesMax = valuesMax;
    this.valuesLeft = valuesMax;
  }

  /** The length of a sequence, for which room may now be made. */
  int length() throws UndecodableException {
    return claim(layout.count(Integer.MAX_VALUE));
  }

  /** Says that so many values will be made. */
  int claim(long count) throws UndecodableException {
    valuesLeft -= count;
    if (valuesLeft < 0) {
      throw new UndecodableException(
          "the packed payload holds more values than one of its length may");
    }
    return (int) count;
  }

  /** How many values were claimed. */
  long claimed() {
    return valuesMax - valuesLeft;
  }

  /** Says that so many bytes may be kept of what is decoded, besides the streams themselves. */
  void mayKeep(long bytes) {
    keptMax += bytes;
  }

  /** How many bytes may be kept at most, besides the streams themselves. */
  long keptMax() {
    return keptMax;
  }

  /** Integers in the coding that the layout names next. */
  Values ints(int count) throws UndecodableException {
    enterCoding();
    Values values = IntCodings.at(layout.get()).read(count, this);
    codingDepth--;
    return values;
  }

  /** Floating point numbers, as bits, in the coding that the layout names next. */
  Values floats(BinaryFormat format, int count) throws UndecodableException {
    enterCoding();
    Values values = FloatCodings.at(layout.get()).read(format, count, this);
    codingDepth--;
    return values;
  }

  private void enterCoding() throws UndecodableException {
    if (++codingDepth > CODING_DEPTH_MAX) {
      throw new UndecodableException("the packed payload nests codings too deeply");
    }
  }
}
