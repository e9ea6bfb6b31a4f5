/**
 * Redis, as both paths need it: the chain of the write path, the store of the read path, and the
 * scripts that make each of their steps atomic.
 *
 * <h2>What stands in Redis</h2>
 *
 * <pre>
 * {ns}:chain   hash    link, generation, history; epoch:&lt;view&gt; and definition:&lt;view&gt; of each view
 * {ns}:fresh   string  the freshness lease; expires by itself
 * {ns}:dictionary:&lt;view&gt;  hash  the mirror of the view's dictionaries
 * cache keys   string  one record each: see dev.freshet.codec.CacheRecord
 * </pre>
 *
 * <pre>
 * script      is run by           changes                        only if
 * evict.lua   RedisChain          cache keys, then the chain     the chain has the expected link
 * beat.lua    RedisChain          {ns}:fresh                     the same
 * lease.lua   RedisFeatureStore   a cache key                    it holds nothing usable
 * fill.lua    LeaseFill           a cache key                    it holds exactly this lease
 * release.lua RedisFeatureStore   a cache key                    the same
 * </pre>
 *
 * On Redis 8.4 and Valkey 8.1 a fill is the plain command {@code SET … IFEQ}; fill.lua does the
 * same on every server since 6.2.
 *
 * <h2>Connections</h2>
 *
 * <pre>
 * freshet-chain   one; closed after any failure, made anew by the next read of the chain
 * freshet-scan    one for each scan; ends with it, or with the first failure
 * freshet-store   one, shared; reconnects by itself
 * freshet-dictionaries   one; reconnects by itself
 * </pre>
 *
 * <h2>When something fails</h2>
 *
 * <ul>
 *   <li>Nothing is queued while Redis is away, nothing is sent a second time: {@link
 *       dev.freshet.redis.RedisConnections} says how that is made sure of. The one exception is a
 *       script of which Redis says that it does not know it, for then nothing was run.
 *   <li>After a failure it is unknown whether a call took effect: it may have, or may still, when a
 *       server that hangs goes on and reads what lies in its socket. A late eviction still finds
 *       the link that it expects, or is refused; a late fill still finds its lease, or is refused.
 *   <li>A host that vanished, and a server that hangs, end the connection after three seconds
 *       without a reply ({@code StallGuard}); until a new one is made, calls fail at once.
 *   <li>A Redis that refuses writes (out of memory, read-only, unable to save) can be read. Out of
 *       memory it also runs evictions, which make room, but no beats, leases or fills.
 *   <li>Every failure of Redis, the network or the configuration there arrives as a {@link
 *       dev.freshet.lifecycle.ServerUnavailableException} that names the address and no password. A
 *       reply with the general code ERR is a defect of ours, and arrives as an {@link
 *       java.lang.IllegalStateException}.
 *   <li>Redis Cluster is refused when connecting: a script's keys must be on one server.
 * </ul>
 *
 * <h2>Rights</h2>
 *
 * The least that a user in Redis needs, for a namespace {@code freshet} and a view {@code
 * img:{image_id}}; {@code select} only for another database than 0:
 *
 * <pre>
 * resetkeys ~{freshet}:* ~img:* resetchannels -@all +info +select +client|setname +time +hgetall
 * +hmget +hget +hset +hdel +exists +mget +get +set +pttl +type +unlink +scan +randomkey
 * +pubsub|numsub +publish +subscribe +eval +evalsha
 * </pre>
 *
 * <h2>What is not a source of truth here</h2>
 *
 * The freshness lease says how late the cache may be, never what is in it. TTLs only make room. A
 * number of deleted keys is for people. What a connection remembers is never trusted across a
 * reconnect: the link, the epoch and the lease are compared where they stand, in Redis. The
 * dictionaries' mirror is a copy of a table in Postgres.
 */
@NullMarked
package dev.freshet.redis;

import org.jspecify.annotations.NullMarked;
