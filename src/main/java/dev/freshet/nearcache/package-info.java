/**
 * The loader's first level: what it read from Redis a moment ago, kept in the process.
 *
 * <h2>Why nothing stale stays</h2>
 *
 * Everything the daemon writes to the chain in Redis is published there as well, in the same atomic
 * step, on one channel: the feed. A near cache follows it link by link, as the chain itself does. A
 * message that does not continue from the link of the one before, a new epoch of a view, or a break
 * of the connection empties it.
 *
 * <p>A value may enter only if nothing was said of its key, and the feed did not break, since
 * before the value was asked for: the reader takes a stamp first, and the stamp must still be the
 * same. An eviction that Redis ran before the value was read cannot concern it; one that came later
 * is told later, and finds either another stamp or the value in its place.
 *
 * <h2>How long it may be believed</h2>
 *
 * A beat says until when Redis is known to be up to date. It says so at some time before it
 * arrives; how much before is not known, but it was after the last time that the subscriber asked
 * for an answer over the same connection and got it before the beat. From the time of that question
 * the beat's claim is counted, so a feed that is slow makes the near cache empty rather than late.
 *
 * <h2>What the feed does not carry</h2>
 *
 * Keys that an operator deletes, and those that expire or that Redis drops. Their values may be
 * served from here until the near cache's own time to live has passed.
 */
@NullMarked
package dev.freshet.nearcache;

import org.jspecify.annotations.NullMarked;
