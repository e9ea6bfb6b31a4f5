package dev.freshet.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.freshet.lifecycle.OncePerInterval;
import dev.freshet.lifecycle.Threads;
import dev.freshet.nearcache.NearFeed;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.RedisPubSubListener;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the chain of one Redis through the messages that its scripts publish.
 *
 * <p>A connection does not outlive a failure: it is closed, the follower is told of the break, and
 * another one is made. Four times a second the channel is subscribed to again, which changes
 * nothing and is answered in its turn among the messages: all that Redis had published before it
 * was asked has arrived before the answer (see the package {@code nearcache}). {@link StallGuard}
 * closes a connection that does not answer.
 */
public final class RedisNearFeed implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger("freshet.redis");

  private static final long ASK_MS = 250;
  private static final String SEPARATOR = "\0";

  private final RedisConnections connections;
  private final byte[] channel;
  private final NearFeed follower;
  private final OncePerInterval warnings =
      new OncePerInterval(Duration.ofSeconds(10), System::nanoTime);
  private final ScheduledExecutorService asking =
      Executors.newSingleThreadScheduledExecutor(Threads.named("near-feed"));
  private @Nullable Following current;

  /**
   * @param namespace of Freshet's own keys
   * @param follower is told by one thread at a time
   */
  public RedisNearFeed(RedisConnections connections, String namespace, NearFeed follower) {
    this.connections = connections;
    this.channel = new ChainKeys(namespace, connections.database()).feed();
    this.follower = follower;
  }

  /** Begins to follow, and goes on whatever fails until {@link #close()}. */
  public void start() {
    var unused = asking.scheduleWithFixedDelay(this::ask, 0, ASK_MS, TimeUnit.MILLISECONDS);
  }

  private synchronized void ask() {
    try {
      if (asking.isShutdown()) {
        return;
      }
      if (current == null || current.isOver()) {
        current = new Following(connections.connectToMessages("freshet-near"));
      }
      current.ask();
    } catch (RuntimeException e) {
      if (warnings.isDue("near feed")) {
        log.warn("the near cache stays empty, trying again: {}", e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    asking.shutdownNow();
    synchronized (this) {
      if (current != null) {
        current.close();
      }
    }
  }

  /** What came over one connection. */
  private final class Following extends RedisPubSubAdapter<byte[], byte[]>
      implements RedisConnectionStateListener {
    private final StatefulRedisPubSubConnection<byte[], byte[]> connection;
    private final Queue<Long> askedNanos = new ArrayDeque<>();
    private @Nullable Long answeredNanos;
    private boolean isOver;

    Following(StatefulRedisPubSubConnection<byte[], byte[]> connection) {
      this.connection = connection;
      connection.addListener((RedisConnectionStateListener) this);
      connection.addListener((RedisPubSubListener<byte[], byte[]>) this);
    }

    synchronized boolean isOver() {
      return isOver || !connection.isOpen();
    }

    void ask() {
      synchronized (this) {
        askedNanos.add(System.nanoTime());
      }
      var unused = connection.async().subscribe(channel);
    }

    @Override
    public synchronized void subscribed(byte[] name, long count) {
      answeredNanos = askedNanos.poll();
    }

    @Override
    public synchronized void message(byte[] name, byte[] message) {
      if (isOver) {
        return;
      }
      try {
        tell(List.of(new String(message, UTF_8).split(SEPARATOR, -1)));
      } catch (RuntimeException e) {
        log.error("a message of the near cache's feed cannot be understood", e);
        end();
      }
    }

    private void tell(List<String> parts) {
      if (parts.get(0).equals("evict")) {
        follower.evicted(
            parts.get(1), parts.get(2), parts.get(3).equals("1"), parts.subList(4, parts.size()));
      } else if (parts.get(0).equals("beat") && answeredNanos != null) {
        long restMs = Long.parseLong(parts.get(2));
        follower.beat(parts.get(1), answeredNanos + TimeUnit.MILLISECONDS.toNanos(restMs));
      }
    }

    @Override
    public void onRedisDisconnected(RedisChannelHandler<?, ?> ended) {
      end();
    }

    @Override
    public void onRedisExceptionCaught(RedisChannelHandler<?, ?> broken, Throwable cause) {
      end();
    }

    private synchronized void end() {
      if (!isOver) {
        isOver = true;
        follower.broke();
        var unused = connection.closeAsync();
      }
    }

    void close() {
      end();
      connection.close();
    }
  }
}
