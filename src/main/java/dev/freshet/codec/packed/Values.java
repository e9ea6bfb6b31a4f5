package dev.freshet.codec.packed;

/**
 * Integers, or the bits of floating point numbers, whose coding was read and checked, and which are
 * decoded when they are asked for. Decoding cannot fail, and makes no more than was claimed.
 */
@FunctionalInterface
interface Values {
  /** All of them, in an array of the caller's own. */
  long[] decode();
}
