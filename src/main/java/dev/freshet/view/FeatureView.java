package dev.freshet.view;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/**
 * How rows of Postgres become one cached document per entity.
 *
 * @param name unique among the views of a configuration
 * @param key the form of its cache keys
 * @param load from entity keys, bound as one {@code text[]} per placeholder, to one row per entity
 * @param watches the tables whose changes affect it; at least one
 * @param reads what the load reads although no watch covers it, said on purpose
 * @param onChange what becomes of cached entities that change
 * @param ttl how long a value is kept if nothing changes
 * @param ttlJitter the part of the TTL that is subtracted at random, 0 to 1
 * @param absentTtl how long an absence is kept
 * @param whenBehind what loaders do while the daemon is behind
 * @param version of its documents
 * @param codec the name of the codec that its values are written with
 * @param precision which of its documents' numbers are kept less precisely
 * @param definitionHash of all that decides which documents are right: template, load, version,
 *     watches and precision. 16 hexadecimal digits; computed from the others, whatever is given.
 *     Loaders and daemons whose hashes differ do not fill each other's keys.
 */
public record FeatureView(
    String name,
    KeyTemplate key,
    QueryTemplate load,
    List<Watch> watches,
    List<RelationName> reads,
    OnChange onChange,
    Duration ttl,
    double ttlJitter,
    Duration absentTtl,
    WhenBehind whenBehind,
    ViewVersion version,
    String codec,
    Precision precision,
    String definitionHash) {

  public FeatureView {
    watches = List.copyOf(watches);
    reads = List.copyOf(reads);
    StringBuilder definition =
        new StringBuilder(
            "view %s\nkey %s\nversion %s\nload %s\n".formatted(name, key, version, load));
    for (Watch watch : watches) {
      definition.append(watch.definition()).append('\n');
    }
    definition.append(precision.definition());
    definitionHash = hash(definition.toString());
  }

  /** A view, whose definition is yet to be hashed. */
  public FeatureView(
      String name,
      KeyTemplate key,
      QueryTemplate load,
      List<Watch> watches,
      List<RelationName> reads,
      OnChange onChange,
      Duration ttl,
      double ttlJitter,
      Duration absentTtl,
      WhenBehind whenBehind,
      ViewVersion version,
      String codec,
      Precision precision) {
    this(
        name,
        key,
        load,
        watches,
        reads,
        onChange,
        ttl,
        ttlJitter,
        absentTtl,
        whenBehind,
        version,
        codec,
        precision,
        "");
  }

  /** Views are looked up for each change and each key: that must not hash their queries anew. */
  @Override
  public int hashCode() {
    return definitionHash.hashCode();
  }

  /** The first 16 hexadecimal digits of a text's SHA-256. */
  public static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
