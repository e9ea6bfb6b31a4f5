package dev.freshet.cli.consistency;

import dev.freshet.codec.CacheRecord;
import dev.freshet.loading.FeatureSource;
import dev.freshet.loading.FeatureStore;
import dev.freshet.loading.PassingStore;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Mistakes of the read path that somebody could make. */
final class LoaderSabotage {
  private static final int FILL_DELAY_MS_MAX = 50;

  private LoaderSabotage() {}

  /** Sets a key to a record, whatever it holds. */
  private static void set(Cluster cluster, String cacheKey, byte[] record, Duration ttl) {
    StringBuilder bytes = new StringBuilder();
    for (byte b : record) {
      bytes.append("\\x").append(HexFormat.of().toHexDigits(b));
    }
    String reply =
        cluster.redis().ask("SET %s \"%s\" PX %d".formatted(cacheKey, bytes, ttl.toMillis()));
    if (!reply.equals("+OK")) {
      throw new IllegalStateException(reply);
    }
  }

  /** Fills whether or not the key still holds the lease, and not always at once. */
  static SabotagedParts.LoaderWrapping fillsWithoutLease() {
    return new SabotagedParts.LoaderWrapping() {
      @Override
      public FeatureStore store(FeatureStore right, Cluster cluster) {
        return new PassingStore(right) {
          @Override
          public CompletableFuture<Boolean> fill(
              String cacheKey, byte[] token, byte[] record, Duration ttl) {
            Executor late =
                CompletableFuture.delayedExecutor(
                    ThreadLocalRandom.current().nextInt(FILL_DELAY_MS_MAX), TimeUnit.MILLISECONDS);
            return CompletableFuture.supplyAsync(
                () -> {
                  set(cluster, cacheKey, record, ttl);
                  return true;
                },
                late);
          }
        };
      }
    };
  }

  /** Keeps the fills that fail. */
  static final class ReplayingFills implements SabotagedParts.LoaderWrapping {
    private final Queue<Consumer<Cluster>> kept = new ConcurrentLinkedQueue<>();

    @Override
    public FeatureStore store(FeatureStore right, Cluster unused) {
      return new PassingStore(right) {
        @Override
        public CompletableFuture<Boolean> fill(
            String cacheKey, byte[] token, byte[] record, Duration ttl) {
          return right
              .fill(cacheKey, token, record, ttl)
              .whenComplete(
                  (isStored, failure) -> {
                    if (failure != null) {
                      kept.add(cluster -> LoaderSabotage.set(cluster, cacheKey, record, ttl));
                    }
                  });
        }
      };
    }

    /** Sends them again, as a client does that queues commands while it is not connected. */
    int replay(Cluster cluster) {
      List<Consumer<Cluster>> fills = new ArrayList<>(kept);
      fills.forEach(fill -> fill.accept(cluster));
      return fills.size();
    }
  }

  /** Takes every database for the one whose changes reach the cache. */
  static SabotagedParts.LoaderWrapping ignoresTheGeneration() {
    return new SabotagedParts.LoaderWrapping() {
      @Override
      public FeatureStore store(FeatureStore right, Cluster cluster) {
        return new PassingStore(right) {
          @Override
          public CompletableFuture<LeaseReply> lease(
              FeatureView view, String cacheKey, byte[] token, Duration time) {
            return right
                .lease(view, cacheKey, token, time)
                .thenApply(
                    reply ->
                        reply instanceof LeaseReply.Granted granted
                            ? new LeaseReply.Granted(
                                new ViewState(
                                    "any",
                                    granted.state().epoch(),
                                    granted.state().definitionHash()))
                            : reply);
          }
        };
      }

      @Override
      public FeatureSource source(FeatureSource right) {
        return (view, keys) -> {
          FeatureSource.Loaded loaded = right.load(view, keys);
          return new FeatureSource.Loaded("any", loaded.documents(), loaded.failures());
        };
      }
    };
  }

  /** Loads of which one in so many takes long to answer. */
  static SabotagedParts.LoaderWrapping slowLoads(int oneIn, Duration late) {
    return new SabotagedParts.LoaderWrapping() {
      @Override
      public FeatureSource source(FeatureSource right) {
        return LoaderSabotage.slow(right, oneIn, late);
      }
    };
  }

  private static FeatureSource slow(FeatureSource right, int oneIn, Duration late) {
    return new FeatureSource() {
      private final Random random = new Random();

      @Override
      public Loaded load(FeatureView view, Set<EntityKey> keys) {
        Loaded loaded = right.load(view, keys);
        if (random.nextInt(oneIn) == 0) {
          CompletableFuture<Void> never = new CompletableFuture<>();
          never.completeOnTimeout(null, late.toMillis(), TimeUnit.MILLISECONDS).join();
        }
        return loaded;
      }
    };
  }

  /** Joins a load of this process for the key, whatever the key holds by now. */
  static SabotagedParts.LoaderWrapping joinsAnyFlight(int slowOneIn, Duration late) {
    return new SabotagedParts.LoaderWrapping() {
      @Override
      public FeatureSource source(FeatureSource right) {
        return LoaderSabotage.slow(right, slowOneIn, late);
      }

      @Override
      public FeatureStore store(FeatureStore right, Cluster cluster) {
        Map<String, byte[]> flights = new ConcurrentHashMap<>();
        return new PassingStore(right) {
          @Override
          public CompletableFuture<LookUp> lookUp(FeatureView view, List<String> cacheKeys) {
            return right
                .lookUp(view, cacheKeys)
                .thenApply(
                    found -> {
                      List<@Nullable CacheRecord> records = new ArrayList<>(found.records());
                      for (int i = 0; i < records.size(); i++) {
                        byte[] token = flights.get(cacheKeys.get(i));
                        if (token != null) {
                          records.set(i, new CacheRecord.Lease(ByteBuffer.wrap(token)));
                        }
                      }
                      return new LookUp(found.state(), found.isFresh(), records);
                    });
          }

          @Override
          public CompletableFuture<LeaseReply> lease(
              FeatureView view, String cacheKey, byte[] token, Duration time) {
            return right
                .lease(view, cacheKey, token, time)
                .whenComplete(
                    (reply, failure) -> {
                      if (reply instanceof LeaseReply.Granted) {
                        flights.put(cacheKey, token);
                      }
                    });
          }

          @Override
          public CompletableFuture<Boolean> fill(
              String cacheKey, byte[] token, byte[] record, Duration ttl) {
            flights.remove(cacheKey, token);
            return right.fill(cacheKey, token, record, ttl);
          }

          @Override
          public CompletableFuture<Boolean> release(String cacheKey, byte[] token) {
            flights.remove(cacheKey, token);
            return right.release(cacheKey, token);
          }
        };
      }
    };
  }
}
