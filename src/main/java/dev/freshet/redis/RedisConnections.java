package dev.freshet.redis;

import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.lifecycle.ServerUnavailableException.Server;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SocketOptions.KeepAliveOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Where connections to one Redis come from: its URL, and the threads that all of them share.
 *
 * <p>No connection queues a command while it is away, and none sends a command twice. Lettuce does
 * both unless told otherwise; three settings together prevent it. {@code REJECT_COMMANDS} fails
 * what is asked while there is no channel, and what was waiting for a reply when the channel broke.
 * A command that was let through just before the break would still be kept for the next channel:
 * the replay filter drops it there, and its timeout ends it. And the client's timeouts end a
 * command before it is written, if it has waited that long.
 *
 * <p>RESP2, because nothing here needs more, and {@code AUTH} with {@code CLIENT SETNAME} takes
 * fewer rights than {@code HELLO}. No {@code PING} at the login: a Redis that cannot save to disk
 * (MISCONF) answers reads, but refuses PING as if it were a write. {@code CLIENT SETNAME} shows as
 * well that somebody answers.
 */
public final class RedisConnections implements AutoCloseable {
  private static final Set<String> SCHEMES = Set.of("redis", "rediss", "redis-sentinel");
  private static final int THREADS = 2;
  private static final Duration STALL = Duration.ofSeconds(3);

  /** Lets a try to reconnect that has begun end by itself, instead of on a thread that has gone. */
  private static final Duration CLOSE_QUIET = Duration.ofMillis(50);

  private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

  private final String url;
  private final Duration connectTimeout;
  private final String address;
  private final RedisFailures failures;
  private final ClientResources resources;
  private final List<RedisClient> clients = new CopyOnWriteArrayList<>();
  private final Set<RedisSession> open = ConcurrentHashMap.newKeySet();
  private final RedisClient once;

  /**
   * @param url {@code redis://}, {@code rediss://} (TLS, verified) or {@code redis-sentinel://},
   *     with user, password and database in it
   * @param connectTimeout for the TCP connection, and once more for the login
   * @throws IllegalArgumentException if the URL is none of those; the message does not repeat it,
   *     for it may hold a password
   */
  public RedisConnections(String url, Duration connectTimeout) {
    this.url = url;
    this.connectTimeout = connectTimeout;
    this.address = addressOf(parse(url));
    this.failures = new RedisFailures(address);
    this.resources = sharedThreads();
    this.once = client(connectTimeout, false, Integer.MAX_VALUE);
  }

  /** Where Redis is, for messages: host, port and database, never a user or a password. */
  public String address() {
    return address;
  }

  /** The number of the database on the server. */
  int database() {
    return parse(url).getDatabase();
  }

  RedisFailures failures() {
    return failures;
  }

  /**
   * Makes a connection that ends when it breaks.
   *
   * @param name as {@code CLIENT LIST} shows it
   * @param timeout for each command
   * @throws ServerUnavailableException if that fails, or the server is a node of a cluster
   */
  RedisSession connectOnce(String name, Duration timeout) {
    return connect(once, name, timeout);
  }

  /**
   * Makes a connection that reconnects by itself, to the same address or to the sentinels' present
   * primary.
   *
   * @param name as {@code CLIENT LIST} shows it
   * @param timeout for each command
   * @param commandsMax how many commands may wait for their replies; more are refused
   * @throws ServerUnavailableException if the first try fails, or the server is a node of a cluster
   */
  RedisSession connectLasting(String name, Duration timeout, int commandsMax) {
    return connect(client(connectTimeout, true, commandsMax), name, timeout);
  }

  /**
   * Makes a connection for the messages of a channel, which ends when it breaks.
   *
   * @param name as {@code CLIENT LIST} shows it
   * @throws ServerUnavailableException if that fails
   */
  StatefulRedisPubSubConnection<byte[], byte[]> connectToMessages(String name) {
    RedisURI uri = parse(url);
    uri.setClientName(name);
    uri.setTimeout(connectTimeout);
    try {
      return once.connectPubSub(ByteArrayCodec.INSTANCE, uri);
    } catch (RedisException e) {
      throw failures.of("connecting", e);
    }
  }

  private RedisSession connect(RedisClient client, String name, Duration timeout) {
    RedisURI uri = parse(url);
    uri.setClientName(name);
    uri.setTimeout(connectTimeout);
    StatefulRedisConnection<byte[], byte[]> connection;
    try {
      connection = client.connect(ByteArrayCodec.INSTANCE, uri);
    } catch (RedisException e) {
      throw failures.of("connecting", e);
    }
    ServerInfo server;
    try {
      String info =
          failures.await(
              "INFO", connection.async().info("server").toCompletableFuture(), connectTimeout);
      server = ServerInfo.parse(info);
      refuseCluster(server);
    } catch (RuntimeException e) {
      connection.close();
      throw e;
    }
    connection.setTimeout(timeout);
    RedisSession session = new RedisSession(connection, server, open::remove);
    open.add(session);
    return session;
  }

  private void refuseCluster(ServerInfo server) {
    if (server.isCluster()) {
      throw new ServerUnavailableException(
          Server.REDIS,
          ("Redis at %s is a node of a Redis Cluster, with which Freshet does not work: its chain and"
                  + " the keys that it deletes must be on one server. Use a server or a Sentinel"
                  + " group with cluster-enabled no")
              .formatted(address),
          null);
    }
  }

  /** Ends all connections and threads; what still waits for a reply fails. */
  @Override
  public void close() {
    open.forEach(RedisSession::close);
    // A refused try to reconnect leaves a timeout behind, for a thread that will have gone.
    resources.timer().stop();
    clients.forEach(client -> client.shutdown(CLOSE_QUIET, CLOSE_MAX));
    resources.shutdown(0, CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS).awaitUninterruptibly();
  }

  private RedisClient client(Duration connectTimeout, boolean reconnects, int commandsMax) {
    KeepAliveOptions keepAlive =
        KeepAliveOptions.builder()
            .enable()
            .idle(Duration.ofSeconds(5))
            .interval(Duration.ofSeconds(2))
            .count(3)
            .build();
    RedisClient client = RedisClient.create(resources);
    client.setOptions(
        ClientOptions.builder()
            .autoReconnect(reconnects)
            .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
            .replayFilter(command -> true)
            .requestQueueSize(commandsMax)
            .timeoutOptions(TimeoutOptions.enabled())
            .protocolVersion(ProtocolVersion.RESP2)
            .pingBeforeActivateConnection(false)
            .maintNotificationsConfig(MaintNotificationsConfig.disabled())
            .socketOptions(
                SocketOptions.builder().connectTimeout(connectTimeout).keepAlive(keepAlive).build())
            .build());
    clients.add(client);
    return client;
  }

  private static ClientResources sharedThreads() {
    return ClientResources.builder()
        .ioThreadPoolSize(THREADS)
        .computationThreadPoolSize(THREADS)
        .commandLatencyRecorder(CommandLatencyRecorder.disabled())
        .reconnectDelay(
            Delay.fullJitter(
                Duration.ofMillis(20), Duration.ofSeconds(1), 50, TimeUnit.MILLISECONDS))
        .nettyCustomizer(
            new NettyCustomizer() {
              @Override
              public void afterChannelInitialized(Channel channel) {
                channel.pipeline().addFirst(new StallGuard(STALL));
              }
            })
        .build();
  }

  private static RedisURI parse(String url) {
    int end = url.indexOf("://");
    if (end < 0 || !SCHEMES.contains(url.substring(0, end))) {
      throw new IllegalArgumentException(
          "the Redis URL must begin with redis://, rediss:// or redis-sentinel://");
    }
    try {
      return RedisURI.create(URI.create(url));
    } catch (IllegalArgumentException e) {
      // Not as the cause: its message repeats the URL, and with it the password.
      throw new IllegalArgumentException(
          "the Redis URL cannot be read; write redis://[user:password@]host[:port][/database] or"
              + " redis-sentinel://[user:password@]host[:port],…[/database]#master, with a"
              + " password's special characters percent-encoded");
    }
  }

  private static String addressOf(RedisURI uri) {
    String hosts =
        uri.getSentinels().isEmpty()
            ? uri.getHost() + ":" + uri.getPort()
            : uri.getSentinels().stream()
                .map(sentinel -> sentinel.getHost() + ":" + sentinel.getPort())
                .collect(
                    Collectors.joining(
                        ",", "", " (sentinels of " + uri.getSentinelMasterId() + ")"));
    return uri.getDatabase() == 0 ? hosts : hosts + " database " + uri.getDatabase();
  }
}
