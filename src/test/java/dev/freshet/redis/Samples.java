package dev.freshet.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.freshet.change.Link;
import dev.freshet.change.PgSnapshot;
import dev.freshet.codec.CacheRecord;
import dev.freshet.eviction.Chain;
import dev.freshet.eviction.Chain.Field;
import dev.freshet.eviction.Chain.Write;
import dev.freshet.view.FeatureView;
import dev.freshet.view.KeyTemplate;
import dev.freshet.view.OnChange;
import dev.freshet.view.Precision;
import dev.freshet.view.QueryTemplate;
import dev.freshet.view.RelationName;
import dev.freshet.view.ViewVersion;
import dev.freshet.view.Watch;
import dev.freshet.view.WhenBehind;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Values for the tests of this package: one view, a chain for it, links, records, tokens. */
final class Samples {
  static final String NAMESPACE = "freshet";
  static final byte[] CHAIN = bytes("{freshet}:chain");
  static final byte[] FRESH = bytes("{freshet}:fresh");
  static final int EPOCH = 0xfe00107f;
  static final String GENERATION = "7d9e0f2a-generation";

  static final Duration CHAIN_TIMEOUT = Duration.ofSeconds(2);

  private static final AtomicInteger TOKENS = new AtomicInteger();

  private Samples() {}

  static RedisConnections connections(String url) {
    return new RedisConnections(url, Duration.ofSeconds(1));
  }

  static FeatureView view() {
    return view(
        new ViewVersion(200, 7), "SELECT image_id, f FROM t WHERE image_id = ANY(:image_id)");
  }

  static FeatureView view(ViewVersion version, String load) {
    return new FeatureView(
        "image-features",
        KeyTemplate.parse("img:{image_id}"),
        QueryTemplate.parse(load),
        List.of(
            new Watch(RelationName.parse("public.t"), List.of("image_id"), null, List.of(), false)),
        List.of(),
        OnChange.EVICT,
        Duration.ofDays(30),
        0.1,
        Duration.ofSeconds(60),
        WhenBehind.SERVE,
        version,
        "json",
        Precision.EXACT);
  }

  static Link link(int chunk) {
    return new Link(false, new PgSnapshot(1_000 + chunk, 990, 995), "00112233aabbccdd", chunk);
  }

  /** All that a whole chain has beside its link. */
  static Map<String, String> chainFields() {
    return Map.of(
        Field.GENERATION,
        GENERATION,
        Field.HISTORY,
        "7301 1 shop",
        Field.epoch("image-features"),
        "fe00107f",
        Field.definition("image-features"),
        view().definitionHash());
  }

  static Write firstWrite() {
    return new Write("", link(0), List.of(), chainFields());
  }

  static Write eviction(Link expected, Link next, String... cacheKeys) {
    return new Write(expected.toString(), next, List.of(cacheKeys), Map.of());
  }

  /** A write that puts a lease of ten seconds into a key. */
  static Write refresh(Link expected, Link next, String cacheKey, boolean carriesCopy) {
    return new Write(
        expected.toString(),
        next,
        List.of(),
        List.of(new Chain.Lease(cacheKey, ByteBuffer.wrap(token()), carriesCopy)),
        Duration.ofSeconds(10),
        Map.of());
  }

  static byte[] token() {
    byte[] token = new byte[CacheRecord.TOKEN_BYTES];
    token[3] = (byte) 0xff;
    token[14] = (byte) (TOKENS.incrementAndGet() >> 8);
    token[15] = (byte) TOKENS.get();
    return token;
  }

  /** A value whose payload holds every byte there is. */
  static byte[] value(ViewVersion version, int epoch) {
    byte[] payload = new byte[256];
    for (int i = 0; i < payload.length; i++) {
      payload[i] = (byte) i;
    }
    return CacheRecord.value(header(version, epoch), payload);
  }

  static byte[] value() {
    return value(view().version(), EPOCH);
  }

  static byte[] absence(ViewVersion version, int epoch) {
    return CacheRecord.absence(header(version, epoch));
  }

  private static CacheRecord.Header header(ViewVersion version, int epoch) {
    return new CacheRecord.Header((byte) 0, version, epoch, 1_800_000_000L);
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
