package dev.freshet.config;

import dev.freshet.codec.Codec;
import dev.freshet.codec.Codecs;
import dev.freshet.codec.packed.Rounding;
import dev.freshet.view.FeatureView;
import dev.freshet.view.KeyTemplate;
import dev.freshet.view.OnChange;
import dev.freshet.view.Precision;
import dev.freshet.view.Precision.NumberType;
import dev.freshet.view.QueryTemplate;
import dev.freshet.view.RelationName;
import dev.freshet.view.ViewVersion;
import dev.freshet.view.Watch;
import dev.freshet.view.WhenBehind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads the section {@code views}.
 *
 * <p>A key template begins with fixed text and its fixed text holds no braces, so no view can reach
 * Freshet's own keys, which begin with <code>{namespace}:</code>.
 */
final class ViewReader {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

  private final String name;
  private final Section section;

  private ViewReader(String name, Section section) {
    this.name = name;
    this.section = section;
  }

  /** The views without problems; others have been noted. */
  static List<FeatureView> readAll(Section views) {
    List<FeatureView> all = new ArrayList<>();
    Map<String, String> prefixes = new LinkedHashMap<>();
    views
        .named()
        .forEach(
            (name, section) -> new ViewReader(name, section).view(prefixes).ifPresent(all::add));
    return all;
  }

  /**
   * @param prefixes of the views read before, by their names; this view's is added
   */
  private Optional<FeatureView> view(Map<String, String> prefixes) {
    refuseMisnamed();
    Optional<KeyTemplate> key =
        section.required("key", KeyTemplate::parse, "key: \"img:{image_id}\"");
    Optional<QueryTemplate> load =
        section.required(
            "load",
            QueryTemplate::parse,
            "load: SELECT id, doc FROM public.images WHERE id = ANY(:id::bigint[])");
    List<Watch> watches = WatchReader.readAll(section, key.map(KeyTemplate::placeholders));
    List<RelationName> reads = section.list("reads", RelationName::parse);
    boolean refreshes = section.orDefault("on-change", ViewReader::refreshes, false);
    boolean servesStale = section.orDefault("stale-while-refresh", Values::trueOrFalse, false);
    Duration ttl = section.orDefault("ttl", Values::duration, Duration.ofDays(30));
    double ttlJitter = section.orDefault("ttl-jitter", Values::percentage, 0.1);
    Duration absentTtl = section.orDefault("absent-ttl", Values::duration, Duration.ofSeconds(60));
    WhenBehind whenBehind =
        section.orDefault("when-behind", Values.oneOf(WhenBehind.class), WhenBehind.SERVE);
    ViewVersion version = section.orDefault("version", ViewVersion::parse, new ViewVersion(1, 0));
    String codec = section.orDefault("codec", ViewReader::codec, "zstd");
    if (servesStale) {
      refuseStale(refreshes, whenBehind);
    }
    Precision precision = section.section("precision").map(this::precision).orElse(Precision.EXACT);
    if (section.has("precision") && !codec.equals("packed")) {
      section.problem(
          "precision",
          "is kept by the codec packed alone, and this view's is %s; write codec: packed or remove the lines"
              .formatted(codec));
    }
    key.ifPresent(template -> refuseOverlap(template.prefix(), prefixes));
    if (key.isEmpty() || load.isEmpty()) {
      return Optional.empty();
    }
    Bindings.check(section, "load", load.get(), "a placeholder of `key`", key.get().placeholders());
    return Optional.of(
        new FeatureView(
            name,
            key.get(),
            load.get(),
            watches,
            reads,
            onChange(refreshes, servesStale),
            ttl,
            ttlJitter,
            absentTtl,
            whenBehind,
            version,
            codec,
            precision));
  }

  private Precision precision(Section written) {
    Map<String, NumberType> types = written.values(Values.oneOf(NumberType.class));
    types
        .keySet()
        .forEach(
            path -> {
              try {
                Rounding.checkPath(path);
              } catch (IllegalArgumentException e) {
                written.problem(path, String.valueOf(e.getMessage()));
              }
            });
    if (written.isEmpty()) {
      section.problem(
          "precision", "names no field; write for example {embedding: float16} or remove the line");
    }
    return new Precision(
        types.entrySet().stream()
            .map(field -> new Precision.Field(field.getKey(), field.getValue()))
            .toList());
  }

  private void refuseMisnamed() {
    if (!NAME.matcher(name).matches()) {
      section.problem(
          "`%s` is no name for a view; write up to 63 small letters, digits and `-`, as image-features"
              .formatted(name));
    }
  }

  private void refuseOverlap(String prefix, Map<String, String> prefixes) {
    prefixes.forEach(
        (other, otherPrefix) -> {
          if (prefix.startsWith(otherPrefix) || otherPrefix.startsWith(prefix)) {
            section.problem(
                "key",
                "begins with `%s`, and that of view %s with `%s`, so one's keys could be the other's; write beginnings of which none begins another"
                    .formatted(prefix, other, otherPrefix));
          }
        });
    prefixes.put(name, prefix);
  }

  private static boolean refreshes(String text) {
    return switch (text) {
      case "evict" -> false;
      case "refresh" -> true;
      default ->
          throw new IllegalArgumentException(
              "`%s` is nothing that can be done; write evict or refresh".formatted(text));
    };
  }

  private void refuseStale(boolean refreshes, WhenBehind whenBehind) {
    if (!refreshes) {
      section.problem(
          "stale-while-refresh",
          "needs `on-change: refresh`: an evicted value is gone, so there is none to hand out; write that too, or remove this line");
    }
    if (whenBehind == WhenBehind.BYPASS) {
      section.problem(
          "stale-while-refresh",
          "hands out old values on purpose, and `when-behind: bypass` forbids it; remove one of the two lines");
    }
  }

  private static OnChange onChange(boolean refreshes, boolean servesStale) {
    if (!refreshes) {
      return OnChange.EVICT;
    }
    return servesStale ? OnChange.REFRESH_SERVING_STALE : OnChange.REFRESH;
  }

  private static String codec(String text) {
    return Codecs.named(text)
        .map(Codec::name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "`%s` is no codec of this version; write one of %s"
                        .formatted(text, String.join(", ", Codecs.names()))));
  }
}
