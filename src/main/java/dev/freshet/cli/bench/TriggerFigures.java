package dev.freshet.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How long a transaction took with each variant, of all rounds. */
final class TriggerFigures {
  private static final int DECIMALS = 2;

  private final Rounds microseconds = new Rounds();
  private final Rounds added = new Rounds();

  /**
   * Adds a round.
   *
   * @param byVariant microseconds per transaction
   * @throws IllegalArgumentException if no trigger was not measured
   */
  void add(int round, Map<String, Double> byVariant) {
    Double none = byVariant.get(TriggerVariants.NONE);
    if (none == null) {
      throw new IllegalArgumentException(
          "round %d has no figure without a trigger".formatted(round));
    }
    byVariant.forEach(
        (variant, figure) -> {
          microseconds.add(round, variant, figure);
          added.add(round, variant, figure - none);
        });
  }

  /** The figures for programs, in the order of the variants. */
  List<Map<String, Object>> toList(List<TriggerVariant> variants) {
    List<Map<String, Object>> list = new ArrayList<>();
    variants.forEach(variant -> list.add(entry(variant)));
    return list;
  }

  private Map<String, Object> entry(TriggerVariant variant) {
    String name = variant.name();
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("name", name);
    entry.put("what", variant.what());
    entry.put("logRowsPerTransaction", variant.rowsPerTransaction());
    entry.put("microseconds", Spread.of(microseconds.of(name)).toMap(DECIMALS));
    if (!name.equals(TriggerVariants.NONE)) {
      entry.put("addedMicroseconds", Spread.of(added.of(name)).toMap(DECIMALS));
      List<Double> ratios =
          added.ratios(name, TriggerVariants.FRESHET).stream().filter(Double::isFinite).toList();
      if (!ratios.isEmpty()) {
        entry.put("addedRatioToFreshet", Spread.of(ratios).toMap(DECIMALS));
      }
    }
    entry.put("microsecondsByRound", Spread.rounded(microseconds.of(name), DECIMALS));
    return entry;
  }
}
