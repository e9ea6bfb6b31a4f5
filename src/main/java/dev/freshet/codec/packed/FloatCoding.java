package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;

/** A way to write a sequence of floating point numbers, given as their bits. */
interface FloatCoding {
  /** What the numbers would take, in bits, or {@link Cost#IMPOSSIBLE}. An estimate. */
  long cost(BinaryFormat format, long[] values);

  /** Writes numbers of which {@link #cost} said that it is possible. */
  void write(BinaryFormat format, long[] values, Streams out);

  /** Goes over the numbers in the streams and checks all that decoding relies on. */
  Values read(BinaryFormat format, int count, Parts in) throws UndecodableException;
}
