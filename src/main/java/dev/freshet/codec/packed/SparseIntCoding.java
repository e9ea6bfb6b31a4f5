package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;

/** Which integers are not zero, as a bitmap in the data stream, and then those in a coding. */
final class SparseIntCoding implements IntCoding {

  @Override
  public long cost(long[] values) {
    long[] others = Bitmap.others(values);
    if (others.length > values.length * 3 / 4 || others.length == 0) {
      return Cost.IMPOSSIBLE;
    }
    return Cost.ofBitmap(Bitmap.flagsOf(values)) + IntCodings.simpleCost(others);
  }

  @Override
  public void write(long[] values, Streams out) {
    Bitmap.write(Bitmap.flagsOf(values), out.data);
    IntCodings.writeSimple(Bitmap.others(values), out);
  }

  @Override
  public Values read(int count, Parts in) throws UndecodableException {
    Bitmap bitmap = Bitmap.read(count, in.data);
    Values others = in.ints(bitmap.setBits());
    return () -> bitmap.spread(others.decode());
  }
}
