package dev.freshet.cli.consistency;

import static dev.freshet.cli.consistency.Fault.require;

import dev.freshet.cli.consistency.Fault.Healing;
import dev.freshet.cli.consistency.Fault.Injection;
import dev.freshet.cli.consistency.Fault.Target;
import dev.freshet.cli.servers.LocalRedis;
import dev.freshet.cli.servers.Signals;
import dev.freshet.cli.servers.TcpProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What can happen to Redis' process and to what it holds. */
final class RedisFaults {
  private static final Duration BACK_AFTER = Duration.ofSeconds(5);
  private static final long AWAY_FROM_THE_PAST_MS = 1_200;
  private static final String LINK = "HGET {freshet}:chain link";

  private RedisFaults() {}

  static List<Fault> all() {
    return List.of(
        fault(
            "redis-killed",
            "SIGKILL to Redis; it comes back with what it saved last, if anything",
            site -> {
              site.cluster().redis().kill();
              return startAgain(site);
            }),
        fault(
            "redis-terminated",
            "SIGTERM to Redis, which saves; started again",
            site -> {
              site.cluster().redis().terminate();
              return startAgain(site);
            }),
        fault("redis-stopped", "SIGSTOP to Redis, later SIGCONT", RedisFaults::pause),
        fault(
            "redis-emptied",
            "Redis is stopped, and comes back empty",
            site -> {
              LocalRedis redis = site.cluster().redis();
              redis.stopWithoutSaving();
              require(!redis.isRunning(), "Redis still runs");
              return () -> {
                redis.startEmpty();
                return "the process was gone, and its data";
              };
            }),
        fault(
            "redis-restored",
            "Redis is killed, and comes back with a snapshot of more than a second before",
            RedisFaults::restore),
        fault(
            "redis-set-back",
            "Redis takes over the data of a copy of more than a second before (REPLICAOF); connections stay",
            RedisFaults::setBack),
        fault(
                "redis-failed-over",
                "Redis is killed, and a replica that lags by more than a second takes over",
                RedisFaults::failOver)
            .after(RedisFaults::startReplica));
  }

  private static Fault fault(String name, String how, Injection injection) {
    return Fault.healed(name, how, Target.REDIS, injection).within(BACK_AFTER);
  }

  private static Healing startAgain(Site site) {
    LocalRedis redis = site.cluster().redis();
    require(!redis.isRunning(), "Redis still runs");
    return () -> {
      redis.start();
      return "the process was gone; " + redis.ask("DBSIZE").substring(1) + " keys came back";
    };
  }

  private static Healing pause(Site site) throws InterruptedException {
    LocalRedis redis = site.cluster().redis();
    redis.pause();
    Site.await("Redis is stopped", () -> redis.handle().filter(Signals::isStopped).isPresent());
    return () -> {
      redis.resume();
      return "the process was in state T";
    };
  }

  private static Healing restore(Site site) throws InterruptedException {
    LocalRedis redis = site.cluster().redis();
    require(redis.ask("SAVE").equals("+OK"), "Redis does not save");
    try {
      byte[] snapshot = Files.readAllBytes(redis.rdb());
      String linkThen = redis.ask(LINK);
      TimeUnit.MILLISECONDS.sleep(AWAY_FROM_THE_PAST_MS);
      Site.await("something is evicted", () -> !redis.ask(LINK).equals(linkThen));
      redis.kill();
      require(!redis.isRunning(), "Redis still runs");
      Files.write(redis.rdb(), snapshot);
      return () -> {
        redis.start();
        return "the snapshot's link was another one than the last";
      };
    } catch (IOException e) {
      throw new UncheckedIOException("the snapshot cannot be kept", e);
    }
  }

  private static Healing setBack(Site site) throws InterruptedException {
    LocalRedis redis = site.cluster().redis();
    LocalRedis copy = Cluster.newRedis();
    try {
      follow(copy, redis.port());
      require(copy.ask("REPLICAOF NO ONE").equals("+OK"), "the copy stays a replica");
      String linkThen = copy.ask(LINK);
      TimeUnit.MILLISECONDS.sleep(AWAY_FROM_THE_PAST_MS);
      Site.await("something is evicted", () -> !redis.ask(LINK).equals(linkThen));
    } catch (RuntimeException | InterruptedException e) {
      copy.close();
      throw e;
    }
    return () -> {
      try {
        follow(redis, copy.port());
        require(redis.ask("REPLICAOF NO ONE").equals("+OK"), "Redis stays a replica");
        return "Redis followed the copy without a new run_id";
      } finally {
        copy.close();
      }
    };
  }

  /** Makes one server hold what another one does, and follow it. */
  private static void follow(LocalRedis follower, int port) throws InterruptedException {
    String reply = follower.ask("REPLICAOF 127.0.0.1 " + port);
    require(reply.equals("+OK"), "Redis does not become a replica: " + reply);
    Site.await(
        "the replica is up to date",
        () -> follower.ask("INFO replication").contains("master_link_status:up"));
  }

  /** A replica and the way by which it is kept up to date. */
  private record Replica(LocalRedis server, TcpProxy way) implements Site.Prepared {
    @Override
    public void close() {
      way.close();
      server.close();
    }
  }

  private static void startReplica(Site site) throws InterruptedException {
    LocalRedis replica = Cluster.newRedis();
    TcpProxy way = TcpProxy.to("127.0.0.1", site.cluster().redis().port());
    site.keep(Replica.class, new Replica(replica, way));
    follow(replica, way.port());
  }

  private static Healing failOver(Site site) throws InterruptedException {
    Replica replica = site.take(Replica.class);
    replica.way.goSilent();
    TimeUnit.MILLISECONDS.sleep(AWAY_FROM_THE_PAST_MS);
    LocalRedis old = site.cluster().redis();
    String linkNow = old.ask(LINK);
    old.kill();
    require(!old.isRunning(), "Redis still runs");
    return () -> {
      String linkThen = replica.server.ask(LINK);
      require(!linkNow.equals(linkThen), "the replica does not lag");
      require(replica.server.ask("REPLICAOF NO ONE").equals("+OK"), "the replica stays one");
      replica.way.close();
      site.cluster().promote(replica.server);
      old.close();
      return "the replica's link was another one than the last";
    };
  }

  /** A file of Redis' that cannot be replaced, because a directory stands in its place. */
  static Path block(Path file) {
    try {
      Files.deleteIfExists(file);
      Files.createDirectories(file.resolve("blocked"));
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be blocked", e);
    }
  }

  /** Ends what {@link #block} did. */
  static void unblock(Path file) {
    try {
      Files.delete(file.resolve("blocked"));
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be unblocked", e);
    }
  }
}
