/**
 * The read path: miss → lease → one batched load → fill.
 *
 * <h2>What it does</h2>
 *
 * {@link dev.freshet.loading.FeatureLoader} is what an application embeds. A read goes to Redis
 * first; a miss takes a lease in the key itself, joins a batch, and the batch's one statement is
 * sent to Postgres; the reply is put into Redis only if the key still holds exactly that lease.
 *
 * <h2>Why nothing stale is stored</h2>
 *
 * The lease is taken before the snapshot of the read is. A change that the load did not see commits
 * later, so its eviction comes later than the lease: either before the fill, and the lease is gone
 * and the fill refused, or after it, and the value is deleted. No clock takes part, and no version;
 * a lease that Redis dropped or that expired refuses the fill too. The load's statement also
 * returns the database's generation; a fill happens only if it equals the one that came with the
 * lease, so a pool that still reaches an old primary fills nothing.
 *
 * <h2>Who may be handed which value</h2>
 *
 * A caller joins a flight of this process only if its own look-up returned that flight's lease: the
 * key was not evicted between the lease and the look-up, so the flight's value is as new as any. A
 * key joins a batch only after its lease was granted and before the batch's statement is sent.
 * Values of refused fills, of loads without a lease, and of bypasses go to their callers alone.
 *
 * <h2>Refresh</h2>
 *
 * Where a view says so, the daemon itself puts a lease into the key of a changed entity, and {@link
 * dev.freshet.loading.Refills} loads and fills under it, by the same rules. A lease may carry the
 * old value; it is handed out only where the view says so, and marked.
 *
 * <h2>Dictionaries</h2>
 *
 * A value may name a dictionary by a number that is made of the dictionary's bytes. A loader that
 * has not got it takes the value for a miss, loads, and asks for it in the background ({@link
 * dev.freshet.loading.KnownDictionaries}); no read waits for one.
 *
 * <h2>What is not a source of truth here</h2>
 *
 * TTLs, clocks, the freshness lease (it only decides what to say and whether to bypass), and the
 * number of evictions.
 */
@NullMarked
package dev.freshet.loading;

import org.jspecify.annotations.NullMarked;
