package dev.freshet.cli.servers;

import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A program that starts servers, prints their directories, and waits to be ended. */
final class ServersUntilTheEnd {
  private ServersUntilTheEnd() {}

  public static void main(String[] args) throws InterruptedException {
    LocalPostgres postgres = LocalPostgres.start(Map.of());
    LocalRedis redis = LocalRedis.start(Map.of());
    System.out.printf("%s%n%s%n", postgres.log().getParent(), redis.log().getParent());
    System.out.flush();
    new CountDownLatch(1).await();
  }
}
