/**
 * Checks the promise against real faults: {@code freshet bench consistency}.
 *
 * <h2>What it does</h2>
 *
 * Writers change rows of one table, readers read them through a loader, while servers and networks
 * of this program's own are broken one fault after another. Every version of a row has a number
 * that is used once, so each document that is read tells which commit wrote it. The {@link
 * dev.freshet.cli.consistency.Oracle} keeps, for each key, which versions were committed and when,
 * and judges each read as it comes.
 *
 * <pre>
 * Writer ── begin(effects), acknowledged or aborted ──▶ Oracle ◀── check(observation) ── Reader
 *   │                                                     ▲                                │
 *   ▼                                                     │ survivors, after lost commits  ▼
 * Postgres ◀── daemon ──▶ Redis ── full sweep ────────────┘                              loader
 *     ▲                     ▲
 *     └────── Fault ────────┘   inject, assert that it happened, heal, measure the recovery
 * </pre>
 *
 * <h2>What counts as wrong</h2>
 *
 * <ul>
 *   <li><b>Stale by more than L</b>: a read that began at {@code t} returned a version that another
 *       one had replaced, for certain, before {@code t - L}. A version is replaced for certain when
 *       the commit of the next one was acknowledged. Where a time is uncertain the read gets the
 *       benefit: a commit whose outcome is unknown replaces nothing until the database has told its
 *       outcome, and then only from that moment on; a version may be read from the moment at which
 *       its commit was sent.
 *   <li><b>Phantom</b>: a version that no transaction committed, that belongs to another key, or
 *       whose commit was lost in a crash or a failover, read after the database had told so.
 *   <li><b>Lost change</b>: with all writers at rest and the freshness lease renewed, Redis holds
 *       something that the database does not say.
 * </ul>
 *
 * A hit that the loader itself marks as possibly behind ({@code when-behind: serve}) is counted
 * apart. An absence is a version too, only without a number: an absence that was read is taken for
 * the latest one that it can have been.
 *
 * <h2>Order and outcomes</h2>
 *
 * A writer holds a lock of this process on each key from before its statement until the outcome is
 * known. So each key's versions have one order, without trust in clocks or in the database. Every
 * transaction writes a row of its own into a table of outcomes; a connection that broke during
 * COMMIT leaves the outcome unknown until a resolver has inserted that row itself, which waits for
 * the transaction if it still runs and makes it impossible if it does not.
 *
 * <p>Commits may be lost (asynchronous commits in a crash, a lagging standby promoted). Before such
 * a fault the oracle is told that it is unsettled: it puts reads that look wrong aside. After it,
 * writers stay out until all rows were read; for each key that went back, the history goes on with
 * the survivor; then what was put aside is judged.
 */
@NullMarked
package dev.freshet.cli.consistency;

import org.jspecify.annotations.NullMarked;
