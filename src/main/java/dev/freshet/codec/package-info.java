/**
 * What a cache key holds: records and their header, and the codecs that write a document's JSON as
 * a value's payload and back.
 */
@NullMarked
package dev.freshet.codec;

import org.jspecify.annotations.NullMarked;
