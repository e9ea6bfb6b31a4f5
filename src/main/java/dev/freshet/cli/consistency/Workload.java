package dev.freshet.cli.consistency;

import dev.freshet.cli.bench.BenchFailedException;
import dev.freshet.loading.FeatureLoader;
import dev.freshet.postgres.PostgresDatabase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** The writers and readers of a run. */
final class Workload implements AutoCloseable {
  private static final long REST_MS_MAX = 60_000;

  /**
   * How much is written and read.
   *
   * @param coldKeys keys that are changed and read now and then
   * @param hotKeys keys that are changed and read much more often
   * @param writers how many threads write
   * @param writesPerSecond how many transactions they begin together, if they can
   * @param kinds what they do in them
   * @param readers how many threads read
   * @param readBatch how many keys each reader asks for at once
   * @param readsPerSecond how many keys they ask for together, if they can
   */
  record Shape(
      int coldKeys,
      int hotKeys,
      int writers,
      int writesPerSecond,
      Set<WriteKind> kinds,
      int readers,
      int readBatch,
      int readsPerSecond) {
    Shape {
      kinds = Collections.unmodifiableSet(EnumSet.copyOf(kinds)); // in their order: see the seed
    }

    /** How many keys there are, the hot ones first. */
    int keys() {
      return coldKeys + hotKeys;
    }
  }

  private final WriterGate gate = new WriterGate();
  private final Outcomes outcomes;
  private final List<Writer> writers = new ArrayList<>();
  private final List<Reader> readers = new ArrayList<>();
  private final List<Thread> writerThreads = new ArrayList<>();
  private final List<Thread> readerThreads = new ArrayList<>();

  /**
   * @param database where the writers write now
   * @param loaders the readers take turns with them
   */
  Workload(
      Shape shape,
      long seed,
      Supplier<PostgresDatabase.Settings> database,
      List<FeatureLoader> loaders,
      Oracle oracle,
      Violations violations) {
    this.outcomes = new Outcomes(database, gate);
    Writer.Books books =
        new Writer.Books(oracle, outcomes, new KeyLocks(shape.keys()), gate, violations);
    for (int i = 0; i < shape.writers(); i++) {
      Random random = new Random(seed * 31 + i);
      Writer writer = new Writer(shape, random, i % 4 == 3, database, books);
      writers.add(writer);
      writerThreads.add(new Thread(writer, "freshet-consistency-writer-" + i));
    }
    for (int i = 0; i < shape.readers(); i++) {
      Random random = new Random(seed * 31 - 1 - i);
      Reader reader =
          new Reader(shape, random, loaders.get(i % loaders.size()), oracle, violations);
      readers.add(reader);
      readerThreads.add(new Thread(reader, "freshet-consistency-reader-" + i));
    }
  }

  /** Starts all threads; writers wait for {@link #resume}. */
  void start() {
    outcomes.start();
    writerThreads.forEach(Thread::start);
    readerThreads.forEach(Thread::start);
  }

  /** Lets the writers begin transactions. */
  void resume() {
    gate.open();
  }

  /** Waits until a writer has begun one. */
  void awaitBegun() throws InterruptedException {
    gate.awaitInside();
  }

  /** Keeps the writers from beginning transactions; does not wait. */
  void hold() {
    gate.close();
  }

  /**
   * Keeps the writers out, and waits until every outcome is known.
   *
   * @throws BenchFailedException if that takes longer than a minute
   */
  void rest() throws InterruptedException {
    gate.close();
    try {
      gate.awaitRest(REST_MS_MAX);
    } catch (TimeoutException e) {
      throw new BenchFailedException("the writers did not come to rest: " + e.getMessage(), e);
    }
  }

  /** The readers of one of the loaders. */
  List<Reader> readersOf(int loader, int loaderCount) {
    List<Reader> found = new ArrayList<>();
    for (int i = loader; i < readers.size(); i += loaderCount) {
      found.add(readers.get(i));
    }
    return found;
  }

  /** What was written and read, after the end. */
  Map<String, Object> toMap() {
    Map<String, Long> done = new LinkedHashMap<>();
    for (WriteKind kind : WriteKind.values()) {
      done.put(
          kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'),
          writers.stream().mapToLong(writer -> writer.done().getOrDefault(kind, 0L)).sum());
    }
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("writes", done);
    map.put("writesFailed", writers.stream().mapToLong(Writer::failed).sum());
    map.put("commitsInDoubt", outcomes.count());
    map.put("readsFailed", readers.stream().mapToLong(Reader::failed).sum());
    map.put("readsFromAnOldPrimary", readers.stream().mapToLong(Reader::unjudged).sum());
    return map;
  }

  /** Ends all threads. */
  @Override
  public void close() {
    readers.forEach(Reader::stop);
    gate.end();
    writerThreads.forEach(Thread::interrupt);
    join(writerThreads);
    join(readerThreads);
    outcomes.close();
  }

  private static void join(List<Thread> threads) {
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
