package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;

/** A way to write a sequence of integers. */
interface IntCoding {
  /** What the values would take, in bits, or {@link Cost#IMPOSSIBLE}. An estimate. */
  long cost(long[] values);

  /** Writes values of which {@link #cost} said that it is possible. */
  void write(long[] values, Streams out);

  /** Goes over the values in the streams and checks all that decoding relies on. */
  Values read(int count, Parts in) throws UndecodableException;
}
