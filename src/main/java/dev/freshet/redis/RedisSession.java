package dev.freshet.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.protocol.RedisCommand;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A connection to Redis, and who answered when it was made. */
final class RedisSession implements AutoCloseable {
  private final StatefulRedisConnection<byte[], byte[]> connection;
  private final ServerInfo server;
  private final Consumer<RedisSession> whenClosed;
  private final AtomicBoolean isClosed = new AtomicBoolean();

  RedisSession(
      StatefulRedisConnection<byte[], byte[]> connection,
      ServerInfo server,
      Consumer<RedisSession> whenClosed) {
    this.connection = connection;
    this.server = server;
    this.whenClosed = whenClosed;
  }

  /** Who answered when the connection was made; stays true if it does not reconnect. */
  ServerInfo server() {
    return server;
  }

  RedisAsyncCommands<byte[], byte[]> commands() {
    return connection.async();
  }

  /** Sends commands one after the other in one go, all of them on the same channel or none. */
  void send(List<? extends RedisCommand<byte[], byte[], ?>> inOrder) {
    connection.dispatch(inOrder);
  }

  /** Ends the connection; what waits for a reply fails. Nothing happens the second time. */
  @Override
  public void close() {
    if (isClosed.compareAndSet(false, true)) {
      connection.close();
      whenClosed.accept(this);
    }
  }
}
