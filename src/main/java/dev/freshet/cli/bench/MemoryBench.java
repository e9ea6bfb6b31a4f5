package dev.freshet.cli.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.freshet.cli.bench.MemoryReport.FormReport;
import dev.freshet.codec.StoredDictionary;
import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.DictionaryTraining;
import dev.freshet.daemon.EmbeddedLoader;
import dev.freshet.daemon.Servers;
import dev.freshet.loading.Feature.Source;
import dev.freshet.loading.FeatureLoader;
import dev.freshet.loading.LoadListener;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.PostgresDictionaries;
import dev.freshet.postgres.Session;
import dev.freshet.redis.RawRedis;
import dev.freshet.view.FeatureView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Measures what documents take in Redis, form by form: each is put into an empty Redis by the
 * loader, as any miss is, and nothing else is in it but the chain and the dictionaries.
 */
public final class MemoryBench {
  private static final String DATABASE = "memory";
  private static final int BATCH_KEYS = 500;
  private static final int TRIES = 5;
  private static final long TTL_MS = Duration.ofDays(30).toMillis();
  private static final Duration REDIS_TIMEOUT = Duration.ofSeconds(30);

  private static final String CONFIGURATION =
      """
      postgres:
        url: %s
        user: %s
        password: ${PASSWORD}
      redis:
        url: %s
        timeout: 10s
      views:
      """;

  private final MemorySettings settings;
  private final Progress progress;
  private final MeasuredDocuments documents;
  private final List<String> ids;

  /**
   * @throws IllegalArgumentException if the documents cannot be read; begins with the setting's
   *     name
   */
  public MemoryBench(MemorySettings settings, Progress progress) {
    this.settings = settings;
    this.progress = progress;
    this.documents = MeasuredDocuments.of(settings);
    this.ids =
        IntStream.range(0, settings.keys())
            .mapToObj(i -> UUID.nameUUIDFromBytes(Integer.toString(i).getBytes(UTF_8)).toString())
            .toList();
  }

  private String document(int key) {
    return documents.measured().get(key % documents.measured().size());
  }

  /** Runs it; takes a minute or longer. */
  public MemoryReport run() throws InterruptedException {
    double loadBefore = Environment.loadAverage();
    try (BenchServers servers = BenchServers.start()) {
      FreshetConfig config = configuration(servers);
      PostgresDatabase database = servers.newDatabase(DATABASE);
      fillTable(database);
      Servers.migrator(database, config).migrate();
      Map<String, Integer> dictionaryBytes = train(database, config);
      try (BenchDaemon daemon = BenchDaemon.start(config);
          RawRedis redis = RawRedis.open(servers.redis(), REDIS_TIMEOUT)) {
        List<FormReport> forms = new ArrayList<>();
        for (MemoryForm form : MemoryForm.values()) {
          progress.show("measuring " + form.label());
          forms.add(measured(form, config, redis));
          daemon.check();
        }
        progress.clear();
        return new MemoryReport(
            settings,
            Environment.ofRun(servers, List.of(), loadBefore),
            Math.min(settings.keys(), documents.measured().size()),
            documents.training().size(),
            MemoryForm.PLAIN.keyPrefix().length() + ids.get(0).length(),
            dictionaryBytes,
            forms);
      }
    }
  }

  private static FreshetConfig configuration(BenchServers servers) {
    String views =
        Arrays.stream(MemoryForm.values()).map(MemoryForm::view).collect(Collectors.joining());
    return BenchDaemon.configuration(
        servers,
        CONFIGURATION.formatted(
                servers.jdbcUrl(DATABASE), servers.postgresUser(), servers.redisUrl())
            + views);
  }

  private void fillTable(PostgresDatabase database) {
    try (Session session = Session.openUnhurried(database)) {
      session.run("CREATE TABLE public.documents (id uuid PRIMARY KEY, doc json NOT NULL)");
      for (List<Integer> keys : batches()) {
        session.update(
            "INSERT INTO public.documents SELECT id::uuid, doc::json FROM unnest(?::text[], ?::text[]) AS new (id, doc)",
            keys.stream().map(ids::get).toArray(String[]::new),
            keys.stream().map(this::document).toArray(String[]::new));
      }
      session.run("VACUUM ANALYZE public.documents");
    }
  }

  private Map<String, Integer> train(PostgresDatabase database, FreshetConfig config) {
    List<byte[]> training =
        documents.training().stream().map(document -> document.getBytes(UTF_8)).toList();
    PostgresDictionaries stored = new PostgresDictionaries(database);
    Map<String, Integer> bytes = new LinkedHashMap<>();
    for (MemoryForm form : MemoryForm.values()) {
      if (form.hasDictionary()) {
        progress.show("training the dictionary of " + form.label());
        FeatureView view = view(config, form);
        StoredDictionary dictionary =
            DictionaryTraining.codecOf(view)
                .orElseThrow()
                .train(training)
                .orElseThrow(
                    () ->
                        new BenchFailedException(
                            "the documents to train on have too little in common"));
        stored.add(view, dictionary);
        bytes.put(form.label(), dictionary.size());
      }
    }
    return bytes;
  }

  private static FeatureView view(FreshetConfig config, MemoryForm form) {
    return config.views().stream()
        .filter(view -> view.name().equals(form.label()))
        .findFirst()
        .orElseThrow();
  }

  private FormReport measured(MemoryForm form, FreshetConfig config, RawRedis redis)
      throws InterruptedException {
    redis.clear();
    awaitDictionaries(redis);
    try (EmbeddedLoader loader = EmbeddedLoader.open(config, LoadListener.NONE)) {
      awaitFills(form, loader.loader(), redis);
      long before = redis.usedMemory();
      if (form == MemoryForm.PLAIN) {
        setAll(redis);
      } else {
        load(form, loader.loader(), redis);
      }
      double grown = (double) redis.usedMemory() - before;
      long values = 0;
      long usage = 0;
      for (List<Integer> batch : batches()) {
        List<String> keys = cacheKeys(form, batch);
        values += redis.lengths(keys).stream().mapToLong(Long::longValue).sum();
        usage += redis.memoryUsage(keys).stream().mapToLong(Long::longValue).sum();
      }
      double count = ids.size();
      return new FormReport(form.label(), values / count, usage / count, grown / count);
    }
  }

  /** A loader that is opened after this writes with the dictionaries from the beginning. */
  private static void awaitDictionaries(RawRedis redis) throws InterruptedException {
    for (MemoryForm form : MemoryForm.values()) {
      if (form.hasDictionary()) {
        String mirror = "{freshet}:dictionary:" + form.label();
        Await.until(
            () -> redis.exists(mirror),
            () -> "the daemon does not mirror the dictionary of " + form.label());
      }
    }
  }

  /**
   * After Redis was emptied nothing is filled until the daemon has started a new chain. The form
   * that is set by hand has a view too, of which only the probe is filled.
   */
  private void awaitFills(MemoryForm form, FeatureLoader loader, RawRedis redis)
      throws InterruptedException {
    String probe = ids.get(0);
    Await.until(
        () -> loader.get(form.label(), probe).source() == Source.REDIS,
        () -> "the loader does not fill " + form.keyPrefix() + probe);
    redis.delete(form.keyPrefix() + probe).join();
  }

  private void setAll(RawRedis redis) {
    for (List<Integer> keys : batches()) {
      Map<String, byte[]> values = new LinkedHashMap<>();
      keys.forEach(
          key ->
              values.put(
                  MemoryForm.PLAIN.keyPrefix() + ids.get(key), document(key).getBytes(UTF_8)));
      redis.setAll(values, TTL_MS);
    }
  }

  private void load(MemoryForm form, FeatureLoader loader, RawRedis redis) {
    for (List<Integer> batch : batches()) {
      List<String> keys = cacheKeys(form, batch);
      for (int tries = 1; redis.existing(keys) < keys.size(); tries++) {
        if (tries > TRIES) {
          throw new BenchFailedException("some documents are not cached; see the log");
        }
        loader.getAll(form.label(), batch.stream().map(ids::get).toList());
      }
    }
  }

  private List<String> cacheKeys(MemoryForm form, List<Integer> keys) {
    return keys.stream().map(key -> form.keyPrefix() + ids.get(key)).toList();
  }

  /** The places of all keys, some at a time. */
  private List<List<Integer>> batches() {
    return IntStream.range(0, (ids.size() + BATCH_KEYS - 1) / BATCH_KEYS)
        .map(batch -> batch * BATCH_KEYS)
        .mapToObj(
            from -> IntStream.range(from, Math.min(from + BATCH_KEYS, ids.size())).boxed().toList())
        .toList();
  }
}
