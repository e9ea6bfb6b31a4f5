package dev.freshet.loading;

import dev.freshet.codec.packed.Document;
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
  private final @Nullable Document document;
  private final Source source;
  private final boolean mayBeBehind;
  private final @Nullable Feature kept;
  private volatile byte @Nullable [] json;
  private volatile boolean isJsonWanted;

  private Feature(
      String key,
      @Nullable Document document,
      Source source,
      boolean mayBeBehind,
      @Nullable Feature kept) {
    this.key = Objects.requireNonNull(key);
    this.document = document;
    this.source = source;
    this.mayBeBehind = mayBeBehind;
    this.kept = kept;
  }

  static Feature of(String key, Document document, Source source, boolean mayBeBehind) {
    return new Feature(key, document, source, mayBeBehind, null);
  }

  static Feature absent(String key, Source source, boolean mayBeBehind) {
    return new Feature(key, null, source, mayBeBehind, null);
  }

  /** The same feature, as the near cache keeps it. */
  Feature asNear() {
    return near(document == null ? null : document.unparsed(), null);
  }

  /**
   * The same feature, as the near cache hands out this one, which it keeps: what callers ask of
   * that makes this one no longer than {@link #bytes} says.
   */
  Feature handedOut() {
    return near(document == null ? null : document.unparsed(), this);
  }

  /** Whether JSON was made of what this one was handed out as, so that it had better be kept. */
  boolean isJsonWanted() {
    return isJsonWanted;
  }

  /** The same feature, as the near cache keeps it with its JSON, and nothing else. */
  Feature asNearJson() {
    return near(document == null ? null : Document.ofJson(document.json()), null);
  }

  private Feature near(@Nullable Document of, @Nullable Feature origin) {
    return new Feature(key, of, Source.NEAR, false, origin);
  }

  /** What it takes in memory at most, about, while nobody has asked for its JSON. */
  public int bytes() {
    long bytes = 2L * key.length() + (document == null ? 0 : document.bytesMax());
    return (int) Math.min(Integer.MAX_VALUE, bytes);
  }

  /** The entity key's text form, as asked for. */
  public String key() {
    return key;
  }

  /** Whether Postgres has no row for this key. */
  public boolean isAbsent() {
    return document == null;
  }

  /**
   * The document, to be asked for single fields; empty if the entity is absent. Of a hit of codec
   * {@code packed} that takes no JSON and no parser; of any other, and of what was read from
   * Postgres, the JSON is parsed with the first field that is asked for.
   *
   * <pre>{@code
   * float[] colors = feature.document().orElseThrow().floats("features.fast.avg_color_features");
   * }</pre>
   */
  public Optional<Document> document() {
    return Optional.ofNullable(document);
  }

  /** The document's JSON; empty if the entity is absent. */
  public Optional<String> json() {
    return jsonUtf8().map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  /**
   * The document's JSON in UTF-8; empty if the entity is absent. Not to be modified. Of a hit of
   * codec {@code packed} it is made when it is first asked for, and a near cache keeps it from then
   * on instead of the values: fields that are asked for too are parsed out of it.
   */
  public Optional<byte[]> jsonUtf8() {
    if (document != null && json == null) {
      json = document.json();
      if (kept != null && !document.isText()) {
        kept.isJsonWanted = true;
      }
    }
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
            document == null ? "absent" : "about " + document.bytesMax() + " bytes",
            source,
            mayBeBehind ? ", may be behind" : "");
  }
}
