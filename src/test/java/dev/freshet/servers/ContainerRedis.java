package dev.freshet.servers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.testcontainers.images.builder.Transferable;

/** A Redis that runs in a container. */
final class ContainerRedis implements RedisServer {
  private static final int PORT = 6379;
  private static final String RDB = "/data/dump.rdb";

  private final ServerContainer container;

  ContainerRedis(Map<String, String> settings) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("save", "");
    all.put("appendonly", "no");
    all.putAll(settings);
    all.put("dir", "/data");
    all.put("bind", "*");
    all.put("protected-mode", "no");
    List<String> command = new ArrayList<>(List.of("redis-server"));
    all.forEach(
        (name, value) -> {
          command.add("--" + name);
          command.addAll(Arrays.asList(value.split(" ", -1)));
        });
    this.container =
        new ServerContainer(
                ServerContainer.image("FRESHET_TEST_REDIS_IMAGE", "redis:7-alpine", "redis"),
                PORT,
                redis -> redis.execInContainer("redis-cli", "PING").getStdout().contains("PONG"))
            .withCommand(command.toArray(String[]::new));
    container.start();
  }

  @Override
  public String host() {
    return container.getHost();
  }

  @Override
  public int port() {
    return container.hostPort();
  }

  @Override
  public void start() {
    container.startAgain();
  }

  @Override
  public void startEmpty() {
    restore(emptyRdb());
    start();
  }

  /** An RDB file without keys: magic, version, end, and a checksum of 0, which is not checked. */
  private static byte[] emptyRdb() {
    byte[] rdb = Arrays.copyOf("REDIS0009".getBytes(StandardCharsets.US_ASCII), 18);
    rdb[9] = (byte) 0xFF;
    return rdb;
  }

  @Override
  public void stop() {
    shutdown("SAVE");
  }

  @Override
  public void stopWithoutSaving() {
    shutdown("NOSAVE");
  }

  private void shutdown(String how) {
    try {
      container.execInContainer("redis-cli", "SHUTDOWN", how);
      container.awaitEnd();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot stop " + this, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while stopping " + this, e);
    }
  }

  @Override
  public void kill() {
    container.kill();
  }

  @Override
  public void pause() {
    container.pause();
  }

  @Override
  public void resume() {
    container.resume();
  }

  @Override
  public byte[] rdb() {
    return container.copyFileFromContainer(RDB, InputStream::readAllBytes);
  }

  @Override
  public void restore(byte[] rdb) {
    if (container.isRunning()) {
      throw new IllegalStateException("stop the Redis before its RDB file is replaced");
    }
    container.copyFileToContainer(Transferable.of(rdb), RDB);
  }

  @Override
  public void close() {
    container.close();
  }

  @Override
  public String toString() {
    return "Redis in a container, on port " + port();
  }
}
