package dev.freshet.cli.consistency;

import dev.freshet.change.Change;
import dev.freshet.change.History;
import dev.freshet.change.PgSnapshot;
import dev.freshet.eviction.Chain;
import dev.freshet.eviction.ChangeSource;
import dev.freshet.eviction.Doorbell;
import dev.freshet.eviction.WatchRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Mistakes of the write path that somebody could make. */
final class DaemonSabotage {
  private DaemonSabotage() {}

  /** A chain that passes on what it is asked. */
  private static class PassingChain implements Chain {
    final Chain right;

    PassingChain(Chain right) {
      this.right = right;
    }

    @Override
    public State read() {
      return right.read();
    }

    @Override
    public Sent send(Write write) {
      return right.send(write);
    }

    @Override
    public Reply beat(String expected, long freshUntilMs) {
      return right.beat(expected, freshUntilMs);
    }

    @Override
    public KeyScan scan(String pattern) {
      return right.scan(pattern);
    }
  }

  /** A change log that passes on what it is asked. */
  private static class PassingSource implements ChangeSource {
    final ChangeSource right;

    PassingSource(ChangeSource right) {
      this.right = right;
    }

    @Override
    public History history() {
      return right.history();
    }

    @Override
    public Reading look() {
      return right.look();
    }

    @Override
    public Batch read(PgSnapshot since) {
      return right.read(since);
    }

    @Override
    public boolean haveUnloggedWritersEnded() {
      return right.haveUnloggedWritersEnded();
    }

    @Override
    public String ensureGeneration() {
      return right.ensureGeneration();
    }

    @Override
    public WatchRules watchRules() {
      return right.watchRules();
    }

    @Override
    public void keepPosition(String chain, PgSnapshot position) {
      right.keepPosition(chain, position);
    }
  }

  /** A batch that says another position, and perhaps no changes. */
  private record OtherBatch(ChangeSource.Batch right, PgSnapshot position, boolean isEmpty)
      implements ChangeSource.Batch {
    @Override
    public ChangeSource.Reading reading() {
      return right.reading();
    }

    @Override
    public boolean isCut() {
      return !isEmpty && right.isCut();
    }

    @Override
    public Iterator<List<Change>> changes() {
      return isEmpty ? Collections.emptyIterator() : right.changes();
    }

    @Override
    public void close() {
      right.close();
    }
  }

  /** Forgets every so many-th key that is to be deleted. */
  static InProcessDaemon.Wrapping dropsOneEvictionIn(int keys) {
    return new InProcessDaemon.Wrapping() {
      private long count;

      @Override
      public Chain chain(Chain right, Cluster cluster) {
        return new PassingChain(right) {
          @Override
          public Sent send(Write write) {
            List<String> kept = new ArrayList<>();
            for (String key : write.cacheKeys()) {
              if (++count % keys != 0) {
                kept.add(key);
              }
            }
            return right.send(new Write(write.expected(), write.next(), kept, write.fields()));
          }
        };
      }
    };
  }

  /** Leaves the link first, and deletes the keys then. */
  static InProcessDaemon.Wrapping leavesThePositionBeforeItEvicts() {
    return new InProcessDaemon.Wrapping() {
      @Override
      public Chain chain(Chain right, Cluster cluster) {
        return new PassingChain(right) {
          @Override
          public Sent send(Write write) {
            Reply link =
                right.write(new Write(write.expected(), write.next(), List.of(), write.fields()));
            if (!link.isAccepted() || write.cacheKeys().isEmpty()) {
              return () -> link;
            }
            return right.send(
                new Write(write.next().toString(), write.next(), write.cacheKeys(), Map.of()));
          }
        };
      }
    };
  }

  /** Takes all transactions below the highest one that was seen for read. */
  static InProcessDaemon.Wrapping readsWhatIsAboveTheLastId() {
    return new InProcessDaemon.Wrapping() {
      @Override
      public ChangeSource source(ChangeSource right) {
        return new PassingSource(right) {
          @Override
          public Batch read(PgSnapshot since) {
            Batch batch = right.read(new PgSnapshot(since.xmax()));
            return new OtherBatch(batch, new PgSnapshot(batch.position().xmax()), false);
          }
        };
      }
    };
  }

  /** After LISTEN, waits for a ring before it looks into the change log; never looks without. */
  static InProcessDaemon.Wrapping doesNotPollAfterListen() {
    return new InProcessDaemon.Wrapping() {
      private boolean isWaiting;
      private boolean isOwnRing;

      @Override
      public Duration pollEvery() {
        return Duration.ofHours(1);
      }

      @Override
      public Doorbell doorbell(Doorbell right) {
        return new PassingDoorbell(right) {
          private boolean wasOpen;

          @Override
          public void open() {
            right.open();
            isWaiting = wasOpen; // the first time there is no chain yet
            wasOpen = true;
            isOwnRing = true;
          }

          @Override
          public boolean awaitRing(Duration timeout) throws InterruptedException {
            boolean rang = right.awaitRing(timeout);
            if (rang && isOwnRing) {
              isOwnRing = false;
              return false;
            }
            isWaiting = isWaiting && !rang;
            return rang;
          }
        };
      }

      @Override
      public ChangeSource source(ChangeSource right) {
        return new PassingSource(right) {
          @Override
          public Batch read(PgSnapshot since) {
            Batch batch = right.read(since);
            return isWaiting ? new OtherBatch(batch, since, true) : batch;
          }
        };
      }
    };
  }

  /** Renews the freshness lease whatever the link is. */
  static InProcessDaemon.Wrapping beatsWithoutComparing() {
    return new InProcessDaemon.Wrapping() {
      @Override
      public Chain chain(Chain right, Cluster cluster) {
        return new PassingChain(right) {
          @Override
          public Reply beat(String expected, long freshUntilMs) {
            String unused = cluster.redis().ask("SET {freshet}:fresh 1 PXAT " + freshUntilMs);
            return new Reply(true, 0, System.currentTimeMillis());
          }
        };
      }
    };
  }

  /** A doorbell that passes on what it is asked. */
  private static class PassingDoorbell implements Doorbell {
    private final Doorbell right;

    PassingDoorbell(Doorbell right) {
      this.right = right;
    }

    @Override
    public void open() {
      right.open();
    }

    @Override
    public boolean isOpen() {
      return right.isOpen();
    }

    @Override
    public boolean tryToLead(String chain) {
      return right.tryToLead(chain);
    }

    @Override
    public boolean tryToSleep() {
      return right.tryToSleep();
    }

    @Override
    public void wakeUp() {
      right.wakeUp();
    }

    @Override
    public boolean awaitRing(Duration timeout) throws InterruptedException {
      return right.awaitRing(timeout);
    }

    @Override
    public void interrupt() {
      right.interrupt();
    }

    @Override
    public void check() {
      right.check();
    }

    @Override
    public void close() {
      right.close();
    }
  }
}
