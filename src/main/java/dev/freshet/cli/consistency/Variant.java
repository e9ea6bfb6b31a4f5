package dev.freshet.cli.consistency;

import dev.freshet.view.OnChange;
import dev.freshet.view.WhenBehind;
import java.util.Locale;
import java.util.Map;

/**
 * How the view and its loaders are configured.
 *
 * @param hasNearCache whether the loaders have one
 */
public record Variant(WhenBehind whenBehind, OnChange onChange, boolean hasNearCache) {
  /** Evicts, and bounds staleness. */
  public static final Variant BYPASS = new Variant(WhenBehind.BYPASS, OnChange.EVICT, false);

  /** The variant for programs. */
  Map<String, Object> toMap() {
    return Map.of(
        "whenBehind", text(whenBehind), "onChange", text(onChange), "nearCache", hasNearCache);
  }

  /** A choice as a configuration writes it. */
  static String text(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT);
  }
}
