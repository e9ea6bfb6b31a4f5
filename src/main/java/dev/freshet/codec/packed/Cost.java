package dev.freshet.codec.packed;

/** Estimates what bytes of the data stream will take once zstd has seen them, in bits. */
final class Cost {
  static final long IMPOSSIBLE = Long.MAX_VALUE / 4;

  /** Below so many bytes, a sequence of its own is too short for its statistics to matter. */
  private static final int COUNTED_FROM = 40;

  /** What a layout costs that few other documents have; a dictionary knows the frequent ones. */
  private static final int DIFFERENCE_BITS = 10;

  private static final int DIFFERENCE_PART = 24;

  /** What zstd needs to describe how often a byte occurs. */
  private static final long TABLE_BITS = 5;

  /** What zstd needs for a frame, of which these bytes may be the only reason. */
  private static final long FRAME_BITS = 64;

  private Cost() {}

  /** Whether one way is so much shorter than a simpler one that it pays to be different. */
  static boolean pays(long cost, long simpler) {
    return cost + DIFFERENCE_BITS + simpler / DIFFERENCE_PART < simpler;
  }

  /** The cost of bytes that occur so often each. */
  static long ofBytes(int[] occurrences, int count) {
    if (count < COUNTED_FROM) {
      return 8L * count;
    }
    double bits = FRAME_BITS;
    for (int n : occurrences) {
      if (n > 0) {
        bits += TABLE_BITS;
        bits += n * (Math.log((double) count / n) / Math.log(2));
      }
    }
    return Math.min(8L * count, (long) bits);
  }

  /** The cost of a bitmap's bytes. */
  static long ofBitmap(boolean[] flags) {
    int[] occurrences = new int[256];
    int count = (flags.length + 7) / 8;
    for (int i = 0; i < count; i++) {
      occurrences[Bitmap.byteOf(flags, i)]++;
    }
    return ofBytes(occurrences, count);
  }
}
