package dev.freshet.cli.consistency;

import static dev.freshet.cli.consistency.Fault.require;

import dev.freshet.cli.consistency.Fault.Healing;
import dev.freshet.cli.consistency.Fault.Injection;
import dev.freshet.cli.consistency.Fault.Target;
import dev.freshet.cli.servers.FreePort;
import dev.freshet.cli.servers.LocalRedis;
import dev.freshet.cli.servers.ServerFailedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a Redis that runs can refuse, forget or be slow at. */
final class RedisLimits {
  private static final Logger LOG = LoggerFactory.getLogger("freshet.consistency");
  private static final Duration BACK_AFTER = Duration.ofSeconds(5);
  private static final String PROBE = "SET freshet-consistency-probe 1 PX 1";
  private static final long EVICT_AT_ONCE_BYTES = 32 << 10;
  private static final long EVICT_EVERY_MS = 200;
  private static final long FLUSH_EVERY_MS = 20;
  private static final long SLOW_EVERY_MS = 50;
  private static final long SLOW_MS = 100;

  /** Keeps Redis from doing anything else, for longer than {@link #SLOW_MS} on whatever machine. */
  private static final String BUSY =
      """
      EVAL "local function ms() local t = redis.call('TIME') return t[1] * 1000 + t[2] / 1000 end \
      local from = ms() while ms() - from < %s do end" 0\
      """
          .formatted(3 * SLOW_MS / 2);

  private RedisLimits() {}

  static List<Fault> all() {
    return List.of(
        fault(
            "redis-out-of-memory",
            "maxmemory is set below what is used, policy noeviction: writes are refused",
            site -> refusing(site, "-OOM", "CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0")),
        fault(
            "redis-read-only",
            "Redis is made a replica of a server that is not there: writes are refused",
            site ->
                refusing(
                    site,
                    "-READONLY",
                    "REPLICAOF 127.0.0.1 " + FreePort.next(),
                    "REPLICAOF NO ONE")),
        fault(
            "redis-misconf",
            "Redis cannot replace its snapshot: writes are refused",
            RedisLimits::misconfigure),
        fault(
            "redis-evicting",
            "maxmemory is lowered step by step, policy allkeys-lru: Redis drops keys of its choice",
            RedisLimits::evict),
        fault(
            "redis-scripts-flushed",
            "SCRIPT FLUSH every %d ms".formatted(FLUSH_EVERY_MS),
            RedisLimits::flushScripts),
        fault(
            "redis-slow",
            "Redis is busy with something else for more than %d ms, again and again"
                .formatted(SLOW_MS),
            RedisLimits::slowDown));
  }

  private static Fault fault(String name, String how, Injection injection) {
    return Fault.healed(name, how, Target.REDIS, injection).within(BACK_AFTER);
  }

  private static void configure(LocalRedis redis, String command) {
    String reply = redis.ask(command);
    require(reply.equals("+OK"), command + ": " + reply);
  }

  private static Healing refusing(Site site, String error, String begin, String end) {
    LocalRedis redis = site.cluster().redis();
    configure(redis, begin);
    String reply = redis.ask(PROBE);
    require(reply.startsWith(error), "a write was answered with " + reply);
    return () -> {
      configure(redis, end);
      return "a write was refused with " + error;
    };
  }

  private static Healing misconfigure(Site site) throws InterruptedException {
    LocalRedis redis = site.cluster().redis();
    Path blocked = RedisFaults.block(redis.rdb());
    save(redis, "rdb_last_bgsave_status:err");
    String reply = redis.ask(PROBE);
    require(reply.startsWith("-MISCONF"), "a write was answered with " + reply);
    return () -> {
      RedisFaults.unblock(blocked);
      save(redis, "rdb_last_bgsave_status:ok");
      return "a write was refused with -MISCONF";
    };
  }

  private static void save(LocalRedis redis, String status) throws InterruptedException {
    String reply = redis.ask("BGSAVE");
    require(reply.startsWith("+"), "BGSAVE was answered with " + reply);
    Site.await(
        status,
        () -> {
          String info = redis.ask("INFO persistence");
          return info.contains("rdb_bgsave_in_progress:0") && info.contains(status);
        });
  }

  /** Something that is done again and again while a fault is in force. */
  private static final class Repeated {
    private final Thread thread;
    private volatile boolean isOver;

    Repeated(long everyMs, Runnable task) {
      this.thread =
          new Thread(
              () -> {
                try {
                  while (!isOver) {
                    runIfPossible(task);
                    TimeUnit.MILLISECONDS.sleep(everyMs);
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              },
              "freshet-consistency-repeated");
      thread.setDaemon(true);
      thread.start();
    }

    private static void runIfPossible(Runnable task) {
      try {
        task.run();
      } catch (ServerFailedException e) {
        LOG.debug("another fault has taken Redis away meanwhile: {}", e.getMessage());
      }
    }

    void end() throws InterruptedException {
      isOver = true;
      thread.join();
    }
  }

  private static long number(String info, String name) {
    Matcher found = Pattern.compile("(?m)^%s:(?:count=)?(\\d+)".formatted(name)).matcher(info);
    return found.find() ? Long.parseLong(found.group(1)) : 0;
  }

  private static Healing evict(Site site) {
    LocalRedis redis = site.cluster().redis();
    long before = number(redis.ask("INFO stats"), "evicted_keys");
    configure(redis, "CONFIG SET maxmemory-policy allkeys-lru");
    Repeated squeezing =
        new Repeated(
            EVICT_EVERY_MS,
            () -> {
              long used = number(redis.ask("INFO memory"), "used_memory");
              configure(redis, "CONFIG SET maxmemory " + (used - EVICT_AT_ONCE_BYTES));
            });
    return () -> {
      squeezing.end();
      configure(redis, "CONFIG SET maxmemory 0");
      configure(redis, "CONFIG SET maxmemory-policy noeviction");
      long dropped = number(redis.ask("INFO stats"), "evicted_keys") - before;
      require(dropped > 0, "Redis has dropped nothing");
      return dropped + " keys were dropped by Redis";
    };
  }

  private static Healing flushScripts(Site site) {
    LocalRedis redis = site.cluster().redis();
    long before = number(redis.ask("INFO errorstats"), "errorstat_NOSCRIPT");
    Repeated flushing = new Repeated(FLUSH_EVERY_MS, () -> configure(redis, "SCRIPT FLUSH"));
    return () -> {
      flushing.end();
      long missed = number(redis.ask("INFO errorstats"), "errorstat_NOSCRIPT") - before;
      require(missed > 0, "nobody asked for a script that was gone");
      return missed + " calls met NOSCRIPT";
    };
  }

  private static Healing slowDown(Site site) {
    LocalRedis redis = site.cluster().redis();
    AtomicLong longestNanos = new AtomicLong();
    Repeated slowing =
        new Repeated(
            SLOW_EVERY_MS,
            () -> {
              long began = System.nanoTime();
              redis.ask(BUSY);
              longestNanos.accumulateAndGet(System.nanoTime() - began, Math::max);
            });
    return () -> {
      slowing.end();
      long longestMs = TimeUnit.NANOSECONDS.toMillis(longestNanos.get());
      require(longestMs >= SLOW_MS, "Redis was busy for %d ms at most".formatted(longestMs));
      return "Redis was busy for up to %d ms at once".formatted(longestMs);
    };
  }
}
