package dev.freshet.daemon;

import dev.freshet.codec.Codec;
import dev.freshet.codec.Codecs;
import dev.freshet.codec.Dictionaries;
import dev.freshet.codec.StoredDictionary;
import dev.freshet.codec.TrainedCodec;
import dev.freshet.codec.UndecodableException;
import dev.freshet.codec.packed.Rounding;
import dev.freshet.codec.packed.Rounding.Loss;
import dev.freshet.config.FreshetConfig;
import dev.freshet.loading.FeatureSource.Loaded;
import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.PostgresDictionaries;
import dev.freshet.postgres.PostgresDictionaries.Entry;
import dev.freshet.postgres.PostgresEntitySample;
import dev.freshet.postgres.PostgresFeatureSource;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import dev.freshet.view.Precision;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One training of a view's dictionary, from drawing entities to storing it.
 *
 * <p>The documents are what the view's load returns. Four fifths of them make the dictionary; the
 * rest, which it has not seen, measure it. A dictionary that saves nothing of these is not stored.
 * Only Postgres is needed: a daemon tells Redis, and through it the loaders.
 */
public final class DictionaryTraining {
  /** How many documents are asked for unless somebody says otherwise. */
  public static final int SAMPLE_DEFAULT = 1_000;

  /** With fewer documents nothing is trained. */
  public static final int DOCUMENTS_MIN = 20;

  /** One of so many documents measures and does not train. */
  private static final int MEASURED_PART = 5;

  private static final int LOADED_AT_ONCE = 50;

  private static final long DOCUMENT_BYTES_MAX = 32L << 20;

  /** Of the memory that the process may use, the part that documents may take. */
  private static final int MEMORY_PART = 16;

  private final FeatureView view;
  private final TrainedCodec codec;
  private final Rounding rounding;
  private final PostgresDatabase postgres;
  private final List<byte[]> documents = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private final Map<Precision.Field, Loss> losses = new LinkedHashMap<>();
  private long bytes;

  private DictionaryTraining(FeatureView view, TrainedCodec codec, PostgresDatabase postgres) {
    this.view = view;
    this.codec = codec;
    this.rounding = new Rounding(view.precision());
    this.postgres = postgres;
  }

  /**
   * What came of it.
   *
   * @param documents how many were loaded
   * @param failures why others could not be
   * @param measured how many of them the dictionary had not seen
   * @param jsonBytes of those, as the load returned them
   * @param withoutBytes of those, written by the view's codec without a dictionary
   * @param withBytes of those, written with this one
   * @param losses what the view's precision took from all documents, one for each of its fields
   * @param dictionaryBytes how long the dictionary is
   * @param number what values name it by
   * @param version of the view's dictionary that has this content; empty if it was not stored
   * @param isNew whether it was stored now
   */
  public record Outcome(
      int documents,
      List<String> failures,
      int measured,
      long jsonBytes,
      long withoutBytes,
      long withBytes,
      List<Loss> losses,
      int dictionaryBytes,
      long number,
      Optional<Integer> version,
      boolean isNew) {
    private Outcome storedAs(int storedVersion, boolean isStoredNow) {
      return new Outcome(
          documents,
          failures,
          measured,
          jsonBytes,
          withoutBytes,
          withBytes,
          losses,
          dictionaryBytes,
          number,
          Optional.of(storedVersion),
          isStoredNow);
    }
  }

  /** Is told how far it has come. */
  public interface ProgressListener {
    /** Does nothing. */
    ProgressListener NONE = new ProgressListener() {};

    /** Tells how much of the documents is loaded, 0 to 1. */
    default void loaded(double part) {}

    /** Tells what a dictionary saves, before it is stored. */
    default void measured(Outcome outcome) {}
  }

  /** The codec of a view, if it uses dictionaries. */
  public static Optional<TrainedCodec> codecOf(FeatureView view) {
    return Codecs.trained().stream().filter(one -> one.name().equals(view.codec())).findFirst();
  }

  /**
   * Trains.
   *
   * @param view whose codec uses dictionaries
   * @param sample how many documents to ask for, at least {@link #DOCUMENTS_MIN}
   * @param isStored whether the dictionary is stored, and used from then on
   * @throws TrainingException if there are too few documents, or a dictionary saves nothing
   * @throws dev.freshet.lifecycle.ServerUnavailableException if Postgres does not answer
   * @throws dev.freshet.loading.LoadFailedException if the view cannot be loaded
   * @throws dev.freshet.postgres.PostgresRefusedException if a right is missing
   */
  public static Outcome run(
      FreshetConfig config,
      FeatureView view,
      int sample,
      boolean isStored,
      ProgressListener progress) {
    TrainedCodec codec =
        codecOf(view)
            .orElseThrow(
                () -> new IllegalArgumentException(view.codec() + " uses no dictionaries"));
    try (PostgresDatabase postgres = Servers.postgres(config.postgres())) {
      postgres.checkReachable();
      DictionaryTraining training = new DictionaryTraining(view, codec, postgres);
      training.load(sample, progress);
      return training.finish(isStored, progress);
    }
  }

  private void load(int sample, ProgressListener progress) {
    long bytesMax = Math.min(DOCUMENT_BYTES_MAX, Runtime.getRuntime().maxMemory() / MEMORY_PART);
    PostgresFeatureSource source = new PostgresFeatureSource(postgres);
    List<EntityKey> keys = new PostgresEntitySample(postgres).draw(view, sample);
    for (int from = 0; from < keys.size() && bytes < bytesMax; from += LOADED_AT_ONCE) {
      int to = Math.min(from + LOADED_AT_ONCE, keys.size());
      Loaded loaded = source.load(view, new LinkedHashSet<>(keys.subList(from, to)));
      loaded.failures().values().forEach(why -> failures.add(String.valueOf(why.getMessage())));
      for (byte[] document : loaded.documents().values()) {
        documents.add(document);
        bytes += document.length;
      }
      progress.loaded((double) to / keys.size());
    }
    if (documents.size() < DOCUMENTS_MIN) {
      throw new TrainingException(
          "view %s: of %d entities drawn from %s, %d have a document; a dictionary takes at least %d%s"
              .formatted(
                  view.name(),
                  keys.size(),
                  view.watches().stream()
                      .map(watch -> watch.table().toString())
                      .collect(Collectors.joining(", ")),
                  documents.size(),
                  DOCUMENTS_MIN,
                  failures.isEmpty() ? "" : "; the first failure: " + failures.get(0)));
    }
  }

  private Outcome finish(boolean isStored, ProgressListener progress) {
    List<byte[]> seen = new ArrayList<>();
    List<byte[]> unseen = new ArrayList<>();
    long jsonBytes = 0;
    for (int i = 0; i < documents.size(); i++) {
      boolean isMeasured = i % MEASURED_PART == 0;
      (isMeasured ? unseen : seen).add(rounded(documents.get(i)));
      jsonBytes += isMeasured ? documents.get(i).length : 0;
    }
    StoredDictionary dictionary =
        codec
            .train(seen)
            .orElseThrow(
                () ->
                    new TrainingException(
                        "view %s: zstd finds too little in common in %d documents"
                            .formatted(view.name(), seen.size())));
    Dictionaries known;
    try {
      known = Dictionaries.of(dictionary.prepare());
    } catch (UndecodableException e) {
      throw new IllegalStateException("a dictionary that was just made cannot be read", e);
    }
    long without = written(unseen, Dictionaries.NONE);
    long with = written(unseen, known);
    Outcome outcome =
        new Outcome(
            documents.size(),
            List.copyOf(failures),
            unseen.size(),
            jsonBytes,
            without,
            with,
            List.copyOf(losses.values()),
            dictionary.size(),
            dictionary.number(),
            Optional.empty(),
            false);
    progress.measured(outcome);
    return isStored ? store(dictionary, outcome) : outcome;
  }

  private Outcome store(StoredDictionary dictionary, Outcome outcome) {
    if (outcome.withBytes() >= outcome.withoutBytes()) {
      throw new TrainingException(
          "view %s: a dictionary saves nothing: %d documents that it has not seen take %d bytes with it and %d without; it was not stored"
              .formatted(
                  view.name(), outcome.measured(), outcome.withBytes(), outcome.withoutBytes()));
    }
    PostgresDictionaries stored = new PostgresDictionaries(postgres);
    Optional<Integer> same =
        stored
            .newest(view)
            .filter(entry -> entry.number() == dictionary.number())
            .map(Entry::version);
    return same.isPresent()
        ? outcome.storedAs(same.get(), false)
        : outcome.storedAs(stored.add(view, dictionary), true);
  }

  private byte[] rounded(byte[] document) {
    return rounding.round(document, loss -> losses.merge(loss.field(), loss, Loss::and));
  }

  /** Bytes of all documents as the codec writes them; each is read back. */
  private long written(List<byte[]> all, Dictionaries dictionaries) {
    long sum = 0;
    for (byte[] document : all) {
      byte[] payload = codec.encode(document, dictionaries);
      sum += payload.length;
      if (!Arrays.equals(
          decoded(codec, payload, dictionaries),
          decoded(codec, codec.encode(document), Dictionaries.NONE))) {
        throw new IllegalStateException("a document is not read back as it was written");
      }
    }
    return sum;
  }

  private static byte[] decoded(Codec codec, byte[] payload, Dictionaries dictionaries) {
    try {
      return codec.decode(ByteBuffer.wrap(payload), dictionaries);
    } catch (UndecodableException e) {
      throw new IllegalStateException(codec.name() + " cannot read what it wrote", e);
    }
  }
}
