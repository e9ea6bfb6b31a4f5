/**
 * The codec {@code packed}: any JSON document as typed binary, and back byte for byte.
 *
 * <p>The format is specified in {@code docs/record-format.md}. In short: a document is taken apart
 * into five streams. The <b>shape</b> says how values are nested and what the members are called,
 * the <b>layout</b> how each value and each sequence of values is coded and how long it is, the
 * <b>data</b> stream holds bytes that a compressor may still shorten, the <b>rows</b> stream byte
 * matrices, and the <b>bits</b> stream what is as good as random: mantissas, hashes, UUIDs. Shapes
 * and layouts that a view's documents have in common stand in its dictionary, and a value only
 * names them. Data and rows are compressed with zstd where that makes them shorter.
 *
 * <p>How a sequence of numbers is coded is decided for each by estimated size, among the {@link
 * dev.freshet.codec.packed.IntCoding}s and {@link dev.freshet.codec.packed.FloatCoding}s. A coding
 * that only fits some numbers (counts divided by their sum, integers times a power of a base) is
 * taken only if it gives back every bit. The encoder decodes what it wrote and compares; a text
 * that is not the same, or is no JSON, is stored as it is.
 *
 * <p>The decoder trusts nothing: it allocates in proportion to what it was given, and bounds depth,
 * counts and output.
 */
@NullMarked
package dev.freshet.codec.packed;

import org.jspecify.annotations.NullMarked;
