package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;

/** Which numbers are not +0, as a bitmap in the data stream, and then those in a coding. */
final class SparseFloatCoding implements FloatCoding {

  @Override
  public long cost(BinaryFormat format, long[] values) {
    long[] others = Bitmap.others(values);
    if (others.length > values.length * 7 / 8 || others.length == 0) {
      return Cost.IMPOSSIBLE;
    }
    return Cost.ofBitmap(Bitmap.flagsOf(values)) + FloatCodings.simpleCost(format, others);
  }

  @Override
  public void write(BinaryFormat format, long[] values, Streams out) {
    Bitmap.write(Bitmap.flagsOf(values), out.data);
    FloatCodings.writeSimple(format, Bitmap.others(values), out);
  }

  @Override
  public Values read(BinaryFormat format, int count, Parts in) throws UndecodableException {
    Bitmap bitmap = Bitmap.read(count, in.data);
    Values others = in.floats(format, bitmap.setBits());
    return () -> bitmap.spread(others.decode());
  }
}
