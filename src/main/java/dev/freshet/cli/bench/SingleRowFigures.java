package dev.freshet.cli.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** How many single rows a second were updated: for each case and side, of all rounds. */
final class SingleRowFigures {
  private final Map<WriterCase, Rounds> tps = new LinkedHashMap<>();
  private final Map<WriterCase, Rounds> notificationsPerTransaction = new LinkedHashMap<>();

  /** Adds what was measured on a side in a round. */
  void add(int round, WriterCase writerCase, WriterSide side, WrittenDatabase.Run run) {
    in(tps, writerCase).add(round, side.toString(), run.load().tps());
    run.rings()
        .ifPresent(
            rings ->
                in(notificationsPerTransaction, writerCase)
                    .add(round, side.toString(), (double) rings / run.load().transactions()));
  }

  private static Rounds in(Map<WriterCase, Rounds> map, WriterCase writerCase) {
    return map.computeIfAbsent(writerCase, unused -> new Rounds());
  }

  /** The median of a side's ratios to another one; empty if one of them was not measured. */
  OptionalDouble medianRatio(WriterCase writerCase, WriterSide side, WriterSide base) {
    List<Double> ratios =
        tps.getOrDefault(writerCase, new Rounds()).ratios(side.toString(), base.toString());
    return ratios.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(Spread.of(ratios).median());
  }

  /** The figures for programs, of those of the sides that were measured. */
  List<Map<String, Object>> toList(List<WriterSide> sides) {
    List<Map<String, Object>> list = new ArrayList<>();
    tps.forEach(
        (writerCase, rounds) -> {
          for (WriterSide side : sides) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("writers", writerCase.writers());
            entry.put("synchronousCommit", writerCase.synchronousCommit().toString());
            entry.put("side", side.toString());
            entry.putAll(figures(writerCase, rounds, side));
            list.add(entry);
          }
        });
    return list;
  }

  private Map<String, Object> figures(WriterCase writerCase, Rounds rounds, WriterSide side) {
    String name = side.toString();
    Map<String, Object> entry = new LinkedHashMap<>();
    putSpread(entry, "tps", rounds.of(name), 1);
    putSpread(entry, "ratioToNone", rounds.ratios(name, WriterSide.NONE.toString()), 3);
    if (side != WriterSide.NONE && side != WriterSide.INSERT_ONLY) {
      putSpread(
          entry, "ratioToInsertOnly", rounds.ratios(name, WriterSide.INSERT_ONLY.toString()), 3);
    }
    if (side != WriterSide.NONE && side != WriterSide.NAIVE) {
      putSpread(entry, "ratioToNaive", rounds.ratios(name, WriterSide.NAIVE.toString()), 3);
    }
    putSpread(
        entry,
        "notificationsPerTransaction",
        notificationsPerTransaction.getOrDefault(writerCase, new Rounds()).of(name),
        4);
    entry.put("tpsByRound", Spread.rounded(rounds.of(name), 1));
    return entry;
  }

  private static void putSpread(
      Map<String, Object> entry, String name, Collection<Double> figures, int decimals) {
    if (!figures.isEmpty()) {
      entry.put(name, Spread.of(figures).toMap(decimals));
    }
  }
}
