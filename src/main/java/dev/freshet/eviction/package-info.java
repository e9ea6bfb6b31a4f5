/**
 * The write path: change log → eviction.
 *
 * <h2>What it does</h2>
 *
 * {@link dev.freshet.eviction.EvictionLoop} sleeps until the doorbell rings, reads what became
 * visible in the change log since the position in Redis, plans which cache keys depend on it, and
 * deletes them by writes that each check the one before. Data flows one way:
 *
 * <pre>
 * ChangeSource.read(position) → EvictionPlan.of(changes) → Attempt.delete(keys) → Chain.send(…)
 * </pre>
 *
 * <h2>Where the position lives</h2>
 *
 * With the data it describes: the head of the chain, the link, stands in Redis, and a write deletes
 * its keys and leaves the next link in one atomic step, only if the stored link is the one that the
 * writer expects. A Redis that comes back from an older file, a replica promoted without its last
 * writes, a second daemon, a daemon that slept for a minute: all are seen at the next call, and the
 * answer is always the same: read the link that is there and go on from its position. Evictions
 * repeat harmlessly, and their order does not matter.
 *
 * <pre>
 *              no link, a part missing, too old, foreign, other generation
 *   ┌────────┐ ──────────────────────────────────────────────────────────▶ ┌──────────┐
 *   │ applied│                                                             │ sweeping │ ─┐ cut short:
 *   └────────┘ ◀────────────────────────────────────────────────────────── └──────────┘ ◀┘ again
 *     │    ▲                     all views swept
 *     └────┘ a batch of changes
 * </pre>
 *
 * <h2>Refresh</h2>
 *
 * For a view that is refreshed the write puts the daemon's own lease into a key instead of deleting
 * it, if it holds anything, and gives the key to the {@link dev.freshet.eviction.Refresher} when
 * the write is known to be done. With the lease the entity is evicted; nothing waits for its load.
 *
 * <h2>Large transactions</h2>
 *
 * A transaction that does not fit into memory comes in pieces, of which the source reads the next
 * while the present one is applied. Its writes do not wait for each other's replies: up to eight
 * are on their way at once, in one order, on one connection. Each expects the link that only the
 * one before leaves, so what follows a write that was refused or lost is refused too, and whichever
 * link stands in Redis in the end tells exactly what was done. {@link dev.freshet.eviction.Attempt}
 * sends them; a batch of one write waits for its reply as ever.
 *
 * <h2>Failures</h2>
 *
 * Every failure of a server ends the step that met it. The loop forgets what it knew of the chain,
 * waits (backoff with jitter), opens what is broken anew and reads the link again. A step that was
 * cut short leaves a link whose position is the old one, so nothing it should have done is skipped.
 *
 * <h2>What is not a source of truth here</h2>
 *
 * The doorbell (it only wakes), the leadership lock (it only saves work), the lazy copy of the
 * position in Postgres (for emptying slots), and every clock but Redis' own.
 */
@NullMarked
package dev.freshet.eviction;

import org.jspecify.annotations.NullMarked;
