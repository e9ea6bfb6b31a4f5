package dev.freshet.loading;

import dev.freshet.codec.CacheRecord;
import dev.freshet.codec.Codec;
import dev.freshet.codec.Codecs;
import dev.freshet.codec.UndecodableException;
import dev.freshet.codec.UnknownDictionaryException;
import dev.freshet.codec.packed.Document;
import dev.freshet.codec.packed.Rounding;
import dev.freshet.loading.Feature.Source;
import dev.freshet.loading.FeatureStore.ViewState;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Writes features as records, and reads them from the records that this loader may use. */
final class RecordBook {
  private final LoadListener listener;
  private final ViewDictionaries dictionaries;
  private final RandomGenerator random;
  private final InstantSource clock;

  RecordBook(
      LoadListener listener,
      ViewDictionaries dictionaries,
      RandomGenerator random,
      InstantSource clock) {
    this.listener = listener;
    this.dictionaries = dictionaries;
    this.random = random;
    this.clock = clock;
  }

  /**
   * The record of a document.
   *
   * @param json the document; null for an absence
   */
  byte[] write(FeatureView view, ViewState state, byte @Nullable [] json) {
    long nowSeconds = clock.instant().getEpochSecond();
    if (json == null) {
      return CacheRecord.absence(
          new CacheRecord.Header((byte) 0, view.version(), state.epoch(), nowSeconds));
    }
    Codec codec = Codecs.named(view.codec()).orElseThrow();
    return CacheRecord.value(
        new CacheRecord.Header(codec.id(), view.version(), state.epoch(), nowSeconds),
        codec.encode(rounded(view, json), dictionaries.of(view)));
  }

  /**
   * How long a record may stay; values get a part less at random, so that they do not go at once.
   *
   * @param keepMax how long a value may be kept at most; null for as long as the view says
   */
  Duration ttl(FeatureView view, byte @Nullable [] json, @Nullable Duration keepMax) {
    if (json == null) {
      return view.absentTtl();
    }
    double part = 1 - view.ttlJitter() * random.nextDouble();
    long ttlMs = (long) (view.ttl().toMillis() * part);
    long keepMs = keepMax == null ? ttlMs : Math.min(ttlMs, keepMax.toMillis());
    return Duration.ofMillis(Math.max(1, keepMs));
  }

  /** The feature in a record, if the record is of the view's version and present epoch. */
  Optional<Feature> usable(
      FeatureView view,
      EntityKey key,
      ViewState state,
      @Nullable CacheRecord record,
      boolean mayBeBehind) {
    Optional<CacheRecord.Header> header =
        record == null ? Optional.empty() : CacheRecord.headerOf(record);
    if (header.isEmpty()
        || header.get().epoch() != state.epoch()
        || !header.get().version().equals(view.version())) {
      return Optional.empty();
    }
    return decoded(view, key, record, mayBeBehind);
  }

  /** The feature in the copy that a lease carries, if the view hands out such and it is usable. */
  Optional<Feature> stale(
      FeatureView view, EntityKey key, ViewState state, @Nullable CacheRecord record) {
    return view.onChange().servesStale() && record instanceof CacheRecord.Lease lease
        ? usable(view, key, state, lease.copy(), true)
        : Optional.empty();
  }

  /**
   * Whether a load that returns this document would put into the cache what a record says. Some
   * codecs tidy up what they are given, so both are compared as the record's codec gives them back;
   * what that is no dictionary changes.
   *
   * @param cached the feature in the record
   * @param loaded the document; null for an absence
   */
  static boolean isSame(
      FeatureView view, CacheRecord record, Feature cached, byte @Nullable [] loaded) {
    if (cached.isAbsent() || loaded == null) {
      return cached.isAbsent() && loaded == null;
    }
    byte[] json = cached.jsonUtf8().orElseThrow();
    return Arrays.equals(json, loaded)
        || Arrays.equals(json, written(record, rounded(view, loaded)));
  }

  private static byte[] rounded(FeatureView view, byte[] json) {
    return view.precision().isExact() ? json : new Rounding(view.precision()).round(json);
  }

  private static byte[] written(CacheRecord record, byte[] json) {
    Codec codec =
        CacheRecord.headerOf(record).flatMap(header -> Codecs.withId(header.codec())).orElseThrow();
    try {
      return codec.decode(ByteBuffer.wrap(codec.encode(json)));
    } catch (UndecodableException e) {
      throw new IllegalStateException(codec.name() + " cannot read what it wrote", e);
    }
  }

  /** The feature in a value or absence; empty if it cannot be understood, which is a miss. */
  private Optional<Feature> decoded(
      FeatureView view, EntityKey key, @Nullable CacheRecord record, boolean mayBeBehind) {
    if (record instanceof CacheRecord.Absence) {
      return Optional.of(Feature.absent(key.text(), Source.REDIS, mayBeBehind));
    }
    if (!(record instanceof CacheRecord.Value value)) {
      return Optional.empty();
    }
    Optional<Codec> codec = Codecs.withId(value.header().codec());
    if (codec.isEmpty()) {
      listener.failed(view.name(), "unknown_codec");
      return Optional.empty();
    }
    try {
      Document document = codec.get().read(value.payload(), dictionaries.of(view));
      return Optional.of(Feature.of(key.text(), document, Source.REDIS, mayBeBehind));
    } catch (UndecodableException e) {
      listener.failed(
          view.name(),
          e instanceof UnknownDictionaryException ? "unknown_dictionary" : "undecodable");
      return Optional.empty();
    }
  }
}
