package dev.freshet.config;

import java.time.Duration;

/**
 * What a loader keeps in its own process.
 *
 * @param bytesMax of keys and documents, about
 * @param ttl after which an entry is asked of Redis again, at most 10 s
 */
public record NearCacheConfig(long bytesMax, Duration ttl) {
  private static final Duration TTL_MAX = Duration.ofSeconds(10);
  private static final long BYTES_MIN = 1 << 20;
  private static final NearCacheConfig DEFAULT =
      new NearCacheConfig(64 << 20, Duration.ofSeconds(5));

  static NearCacheConfig read(Section section) {
    return new NearCacheConfig(
        section.orDefault("max", Values.bytes(BYTES_MIN), DEFAULT.bytesMax),
        section.orDefault("ttl", NearCacheConfig::ttl, DEFAULT.ttl));
  }

  private static Duration ttl(String text) {
    Duration ttl = Values.duration(text);
    if (ttl.compareTo(TTL_MAX) > 0) {
      throw new IllegalArgumentException(
          "`%s` is too long: deletions that are not Freshet's are seen only after it; write at most %ds"
              .formatted(text, TTL_MAX.toSeconds()));
    }
    return ttl;
  }
}
