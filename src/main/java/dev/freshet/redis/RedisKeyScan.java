package dev.freshet.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.freshet.eviction.Chain.KeyScan;
import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.lifecycle.ServerUnavailableException.Server;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A walk over the cache keys that match a glob, on a connection of its own.
 *
 * <p>A cursor means something only to the process that gave it. The connection does not reconnect;
 * and because something between here and Redis may connect anew without a word, each page is
 * followed by the question who answers, and another {@code run_id} ends the scan.
 *
 * <p>A key that is not valid UTF-8 is left out: every cache key is the UTF-8 form of a text, so it
 * is none. To decode it anyway would name another key, which would then be deleted in its place.
 *
 * <p>A page may be empty, so that whoever scans gets the control back after a bounded time.
 */
final class RedisKeyScan implements KeyScan {
  private static final int KEYS_PER_PAGE = 1_000;

  private final RedisFailures failures;
  private final String address;
  private final Duration timeout;
  private final RedisSession session;
  private final ScanArgs arguments;
  private ScanCursor cursor = ScanCursor.INITIAL;

  RedisKeyScan(RedisConnections connections, String pattern, Duration timeout) {
    this.failures = connections.failures();
    this.address = connections.address();
    this.timeout = timeout;
    this.session = connections.connectOnce("freshet-scan", timeout);
    this.arguments = ScanArgs.Builder.matches(pattern.getBytes(UTF_8)).limit(KEYS_PER_PAGE);
  }

  @Override
  public boolean hasNext() {
    return !cursor.isFinished();
  }

  @Override
  public List<String> next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the scan is at its end");
    }
    RedisAsyncCommands<byte[], byte[]> redis = session.commands();
    CompletableFuture<KeyScanCursor<byte[]>> page =
        redis.scan(cursor, arguments).toCompletableFuture();
    CompletableFuture<String> info = redis.info("server").toCompletableFuture();
    try {
      KeyScanCursor<byte[]> scanned = failures.await("SCAN", page, timeout.multipliedBy(2));
      expectSameServer(ServerInfo.parse(failures.await("INFO", info, timeout.multipliedBy(2))));
      cursor = scanned;
      return texts(scanned.getKeys());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * A cursor counts the hash table's buckets with its bits reversed, so that it stays right while
   * the table grows (Redis' dict.c, `dictScan`).
   */
  @Override
  public double part() {
    if (cursor.isFinished()) {
      return 1;
    }
    long reversed = Long.reverse(Long.parseUnsignedLong(cursor.getCursor()));
    return (reversed >>> 1) / 0x1p63;
  }

  @Override
  public void close() {
    session.close();
  }

  private void expectSameServer(ServerInfo server) {
    if (!server.runId().equals(session.server().runId())) {
      throw new ServerUnavailableException(
          Server.REDIS,
          "another process than before answers for Redis at %s, so the scan must be started again"
              .formatted(address),
          null);
    }
  }

  private static List<String> texts(List<byte[]> keys) {
    List<String> texts = new ArrayList<>(keys.size());
    for (byte[] key : keys) {
      text(key).ifPresent(texts::add);
    }
    return texts;
  }

  /** A key as text; empty if it is not valid UTF-8, and so no cache key. */
  static Optional<String> text(byte[] key) {
    try {
      return Optional.of(UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
