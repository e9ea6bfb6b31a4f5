package dev.freshet.codec;

/**
 * What the documents of a view have in common, as one codec uses it. A payload that was written
 * with a dictionary names it by its number and cannot be read without it.
 *
 * <p>The number is made of the dictionary's bytes ({@link StoredDictionary}), so no two
 * dictionaries are taken for each other, whoever trained them and whatever was forgotten since.
 *
 * <p>Safe for use by many threads. Native memory goes with the last reference.
 */
public interface Dictionary {
  /** What payloads name it by: 2^15 to 2^28 - 1. */
  long number();
}
