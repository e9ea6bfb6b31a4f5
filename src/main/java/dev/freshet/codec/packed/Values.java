package dev.freshet.codec.packed;

/**
 * Integers, or the bits of floating point numbers, whose coding was read and checked, and which are
 * decoded when they are asked for. Decoding cannot fail, and makes no more than was claimed.
 */
@FunctionalInterface
interface Values {
  /** All of them, in an array of the caller's own. */
  long[] decode();

  /** All of them, if they are the bits of floats, as those, in an array of the caller's own. */
  default float[] floats() {
    long[] bits = decode();
    float[] floats = new float[bits.length];
    for (int i = 0; i < bits.length; i++) {
      floats[i] = Float.intBitsToFloat((int) bits[i]);
    }
    return floats;
  }
}
