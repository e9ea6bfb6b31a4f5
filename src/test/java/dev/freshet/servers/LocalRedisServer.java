package dev.freshet.servers;

import dev.freshet.cli.servers.LocalRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;

/** A Redis that runs as a local process. */
final class LocalRedisServer implements RedisServer {
  private final LocalRedis redis;

  LocalRedisServer(Map<String, String> settings) {
    this.redis = LocalRedis.start(settings);
  }

  @Override
  public String host() {
    return "127.0.0.1";
  }

  @Override
  public int port() {
    return redis.port();
  }

  @Override
  public void start() {
    redis.start();
  }

  @Override
  public void startEmpty() {
    redis.startEmpty();
  }

  @Override
  public void stop() {
    redis.stop();
  }

  @Override
  public void stopWithoutSaving() {
    redis.stopWithoutSaving();
  }

  @Override
  public void kill() {
    redis.kill();
  }

  @Override
  public void pause() {
    redis.pause();
  }

  @Override
  public void resume() {
    redis.resume();
  }

  @Override
  public byte[] rdb() {
    try {
      return Files.readAllBytes(redis.rdb());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + redis.rdb(), e);
    }
  }

  @Override
  public void restore(byte[] rdb) {
    if (redis.isRunning()) {
      throw new IllegalStateException("stop the Redis before its RDB file is replaced");
    }
    try {
      Files.write(redis.rdb(), rdb);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + redis.rdb(), e);
    }
  }

  @Override
  public void close() {
    redis.close();
  }

  @Override
  public String toString() {
    return redis.toString();
  }
}
