package dev.freshet.cli.bench;

import dev.freshet.codec.CacheRecord;
import dev.freshet.codec.Codec;
import dev.freshet.codec.Codecs;
import dev.freshet.redis.RawRedis;
import dev.freshet.view.FeatureView;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The records of all rows of a table, written as the loader writes them but in bulk. */
final class CachedItems {
  /** Bytes of each record's document. */
  static final int DOCUMENT_BYTES = 100;

  private static final int AT_ONCE = 1_000;
  private static final String CHAIN = "{freshet}:chain";

  private final RawRedis redis;
  private final FeatureView view;
  private final ItemTable table;

  CachedItems(RawRedis redis, FeatureView view, ItemTable table) {
    this.redis = redis;
    this.view = view;
    this.table = table;
  }

  /** Puts a usable record under each row's key. */
  void fill() {
    byte[] record = record();
    long ttlMs = Duration.ofDays(1).toMillis();
    forAll(table.cacheKeys(), keys -> redis.setAll(keys, record, ttlMs));
  }

  private byte[] record() {
    String epoch =
        redis
            .field(CHAIN, "epoch:" + view.name())
            .orElseThrow(() -> new BenchFailedException("the chain has no epoch of the view"));
    Codec codec = Codecs.named(view.codec()).orElseThrow();
    return CacheRecord.value(
        new CacheRecord.Header(
            codec.id(),
            view.version(),
            Integer.parseUnsignedInt(epoch, 16),
            Instant.now().getEpochSecond()),
        codec.encode(document()));
  }

  private static byte[] document() {
    String around = "{\"text\":\"\"}";
    String text = "x".repeat(DOCUMENT_BYTES - around.length());
    return "{\"text\":\"%s\"}".formatted(text).getBytes(StandardCharsets.UTF_8);
  }

  /** How many rows' keys are in Redis. */
  long count() {
    long[] found = {0};
    forAll(table.cacheKeys(), keys -> found[0] += redis.existing(keys));
    return found[0];
  }

  private static void forAll(Stream<String> keys, Consumer<List<String>> action) {
    List<String> some = new ArrayList<>(AT_ONCE);
    keys.forEach(
        key -> {
          some.add(key);
          if (some.size() == AT_ONCE) {
            action.accept(some);
            some.clear();
          }
        });
    if (!some.isEmpty()) {
      action.accept(some);
    }
  }

  /** The link's text, as it stands in Redis; empty if there is none. */
  String link() {
    return redis.field(CHAIN, "link").orElse("");
  }
}
