package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The different numbers once, in order of appearance, and for each number which of them it is.
 * Data: how many are different; then those, in a coding; bits: the places, all in the same number
 * of bits.
 */
final class IndexedCoding implements FloatCoding {
  private static final int DIFFERENT_MAX = 255;

  private static int placeBits(int different) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(different - 1);
  }

  private static Map<Long, Integer> places(long[] values) {
    Map<Long, Integer> places = new LinkedHashMap<>();
    for (long value : values) {
      places.putIfAbsent(value, places.size());
      if (places.size() > DIFFERENT_MAX) {
        break;
      }
    }
    return places;
  }

  private static long[] different(Map<Long, Integer> places) {
    return places.keySet().stream().mapToLong(Long::longValue).toArray();
  }

  @Override
  public long cost(BinaryFormat format, long[] values) {
    if (values.length < 2) {
      return Cost.IMPOSSIBLE;
    }
    Map<Long, Integer> places = places(values);
    if (places.size() > DIFFERENT_MAX || places.size() * 4 > values.length * 3) {
      return Cost.IMPOSSIBLE;
    }
    return 8
        + FloatCodings.simpleCost(format, different(places))
        + (long) placeBits(places.size()) * values.length;
  }

  @Override
  public void write(BinaryFormat format, long[] values, Streams out) {
    Map<Long, Integer> places = places(values);
    out.data.put(places.size());
    FloatCodings.writeSimple(format, different(places), out);
    int width = placeBits(places.size());
    for (long value : values) {
      Integer place = places.get(value);
      out.bits.put(place == null ? 0 : place, width);
    }
  }

  @Override
  public Values read(BinaryFormat format, int count, Parts in) throws UndecodableException {
    int size = in.data.get();
    if (size == 0) {
      throw new UndecodableException("the packed payload has none of its different numbers");
    }
    Values different = in.floats(format, in.claim(size));
    int width = placeBits(size);
    BitSource bits = in.bits;
    long start = bits.skip(count, width);
    return () -> {
      // A place that no encoder writes means the last.
      long[] byPlace = Arrays.copyOf(different.decode(), 1 << width);
      Arrays.fill(byPlace, size, byPlace.length, byPlace[size - 1]);
      long[] values = new long[count];
      long place = start;
      for (int i = 0; i < count; i++, place += width) {
        values[i] = byPlace[(int) bits.peek(place, width)];
      }
      return values;
    };
  }
}
