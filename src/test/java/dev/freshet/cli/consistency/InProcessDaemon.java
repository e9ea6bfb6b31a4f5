package dev.freshet.cli.consistency;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Servers;
import dev.freshet.eviction.Chain;
import dev.freshet.eviction.ChangeSource;
import dev.freshet.eviction.Doorbell;
import dev.freshet.eviction.EvictionListener;
import dev.freshet.eviction.EvictionLoop;
import dev.freshet.eviction.LoopSettings;
import dev.freshet.eviction.Refresher;
import dev.freshet.eviction.RingMode;
import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.lifecycle.ServerUnavailableException.Server;
import dev.freshet.postgres.PostgresChangeLog;
import dev.freshet.postgres.PostgresDoorbell;
import dev.freshet.postgres.PostgresKeyResolver;
import dev.freshet.redis.RedisChain;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The eviction loop in this process, on ports that a test has wrapped.
 *
 * <p>To kill it is to let it make a few more calls to its ports, a random number of them, and then
 * none: as a process that is killed ends between any two of its instructions.
 */
final class InProcessDaemon implements DaemonUnderTest {
  private static final int CALLS_MAX = 6;
  private static final int UNTOUCHED = Integer.MAX_VALUE;

  /** What a test puts between the loop and its ports. */
  interface Wrapping {
    default ChangeSource source(ChangeSource right) {
      return right;
    }

    default Chain chain(Chain right, Cluster cluster) {
      return right;
    }

    default Doorbell doorbell(Doorbell right) {
      return right;
    }

    default Duration pollEvery() {
      return Duration.ofSeconds(1);
    }
  }

  private final Cluster cluster;
  private final FreshetConfig config;
  private final Wrapping wrapping;
  private final AtomicInteger callsLeft = new AtomicInteger(UNTOUCHED);
  private @Nullable Servers servers;
  private @Nullable RedisChain chain;
  private @Nullable EvictionLoop loop;
  private @Nullable Thread thread;

  InProcessDaemon(Cluster cluster, FreshetConfig config, Wrapping wrapping) {
    this.cluster = cluster;
    this.config = config;
    this.wrapping = wrapping;
  }

  @Override
  public void start() {
    callsLeft.set(UNTOUCHED);
    Servers opened = Servers.of(config);
    RedisChain right = new RedisChain(opened.redis(), "freshet", Duration.ofSeconds(2));
    SecureRandom random = new SecureRandom();
    // Mortal below the wrapping, so that a wrapped call can be cut in two.
    EvictionLoop started =
        new EvictionLoop(
            wrapping.source(
                mortal(
                    ChangeSource.class,
                    new PostgresChangeLog(
                        opened.postgres(), config.views(), Duration.ofHours(1), random))),
            new PostgresKeyResolver(opened.postgres()),
            Refresher.NONE,
            wrapping.chain(mortal(Chain.class, right), cluster),
            wrapping.doorbell(mortal(Doorbell.class, new PostgresDoorbell(opened.postgres()))),
            new EvictionListener() {},
            config.views(),
            new LoopSettings(
                Servers.chainName(config, opened.redis()),
                RingMode.DOORBELL,
                wrapping.pollEvery(),
                Duration.ofMillis(500),
                false),
            random,
            System::nanoTime);
    Thread runner = new Thread(started, "freshet-eviction-under-test");
    servers = opened;
    chain = right;
    loop = started;
    thread = runner;
    runner.start();
  }

  private <T> T mortal(Class<T> port, T right) {
    return port.cast(
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
            (proxy, method, arguments) -> {
              boolean isCounted =
                  !method.getName().equals("close")
                      && !method.getName().equals("interrupt")
                      && !method.getName().equals("awaitRing");
              if (isCounted && callsLeft.get() != UNTOUCHED && callsLeft.getAndDecrement() <= 0) {
                throw new ServerUnavailableException(Server.REDIS, "this daemon is dead", null);
              }
              try {
                return method.invoke(right, arguments);
              } catch (InvocationTargetException e) {
                throw Objects.requireNonNull(e.getCause());
              }
            }));
  }

  @Override
  public void kill() throws InterruptedException {
    callsLeft.set(ThreadLocalRandom.current().nextInt(CALLS_MAX));
    EvictionLoop dying = Objects.requireNonNull(loop);
    Site.await("the daemon has used up its life", () -> callsLeft.get() < 0);
    dying.stop();
    close();
  }

  @Override
  public void terminate() {
    close();
  }

  @Override
  public void pause() {
    throw new UnsupportedOperationException("time cannot be stopped within a process");
  }

  @Override
  public void resume() {
    throw new UnsupportedOperationException("time cannot be stopped within a process");
  }

  @Override
  public boolean isPaused() {
    return false;
  }

  @Override
  public boolean isRunning() {
    return loop != null;
  }

  @Override
  public void close() {
    EvictionLoop ended = loop;
    if (ended == null) {
      return;
    }
    ended.stop();
    try {
      Objects.requireNonNull(thread).join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    loop = null;
    Objects.requireNonNull(chain).close();
    Objects.requireNonNull(servers).close();
  }
}
