package dev.freshet.loading;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a loader found for one entity key: a document, or that there is no such entity. */
public final class Feature {

  /** Where a feature came from. */
  public enum Source {
    /** The loader's own process. */
    NEAR,
    REDIS,
    POSTGRES;

    @Override
    public String toString() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private final String key;
  private final byte @Nullable [] json;
  private final Source source;
  private final boolean mayBeBehind;

  private Feature(String key, byte @Nullable [] json, Source source, boolean mayBeBehind) {
    this.key = Objects.requireNonNull(key);
    this.json = json;
    this.source = source;
    this.mayBeBehind = mayBeBehind;
  }

  static Feature of(String key, byte[] json, Source source, boolean mayBeBehind) {
    return new Feature(key, json, source, mayBeBehind);
  }

  static Feature absent(String key, Source source, boolean mayBeBehind) {
    return new Feature(key, null, source, mayBeBehind);
  }

  /** The same feature, as the near cache will hand it out. */
  Feature asNear() {
    return new Feature(key, json, Source.NEAR, false);
  }

  /** What it takes in memory, about. */
  public int bytes() {
    return 2 * key.length() + (json == null ? 0 : json.length);
  }

  /** The entity key's text form, as asked for. */
  public String key() {
    return key;
  }

  /** Whether Postgres has no row for this key. */
  public boolean isAbsent() {
    return json == null;
  }

  /** The document's JSON; empty if the entity is absent. */
  public Optional<String> json() {
    return Optional.ofNullable(json).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  /** The document's JSON in UTF-8; empty if the entity is absent. Not to be modified. */
  public Optional<byte[]> jsonUtf8() {
    return Optional.ofNullable(json);
  }

  public Source source() {
    return source;
  }

  /**
   * Whether the daemon had not confirmed in the last 2 s that Redis is up to date, so that a change
   * may not be in this document yet. Never true for what was read from Postgres.
   */
  public boolean mayBeBehind() {
    return mayBeBehind;
  }

  @Override
  public String toString() {
    return "Feature[%s %s from %s%s]"
        .formatted(
            key,
            json == null ? "absent" : json.length + " bytes",
            source,
            mayBeBehind ? ", may be behind" : "");
  }
}
