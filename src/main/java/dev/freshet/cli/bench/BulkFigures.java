package dev.freshet.cli.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BinaryOperator;

/** How long statements took that updated many rows: for each size and side, of all rounds. */
final class BulkFigures {
  private final Map<Integer, Rounds> ms = new LinkedHashMap<>();
  private final Map<Integer, LogSize> largestLogs = new LinkedHashMap<>();

  /** Adds what was measured on a side in a round. */
  void add(int round, int rows, BulkSide side, BulkDatabase.Run run) {
    ms.computeIfAbsent(rows, unused -> new Rounds()).add(round, side.toString(), run.ms());
    run.log()
        .ifPresent(
            log ->
                largestLogs.merge(
                    rows,
                    log,
                    BinaryOperator.maxBy(Comparator.comparingLong(LogSize::storedBytes))));
  }

  /** The median of Freshet's ratios to no trigger; empty if that was not measured. */
  OptionalDouble medianRatio(int rows) {
    List<Double> ratios = ratiosToNone(rows, BulkSide.FRESHET);
    return ratios.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(Spread.of(ratios).median());
  }

  private List<Double> ratiosToNone(int rows, BulkSide side) {
    return ms.getOrDefault(rows, new Rounds()).ratios(side.toString(), BulkSide.NONE.toString());
  }

  /** The largest that the change log was after a statement; empty if none was measured. */
  Optional<LogSize> log(int rows) {
    return Optional.ofNullable(largestLogs.get(rows));
  }

  /** The figures for programs. */
  List<Map<String, Object>> toList() {
    List<Map<String, Object>> list = new ArrayList<>();
    ms.forEach(
        (rows, rounds) -> {
          for (BulkSide side : BulkSide.values()) {
            Collection<Double> figures = rounds.of(side.toString());
            if (!figures.isEmpty()) {
              list.add(entry(rows, side, figures));
            }
          }
        });
    return list;
  }

  private Map<String, Object> entry(int rows, BulkSide side, Collection<Double> figures) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("rows", rows);
    entry.put("side", side.toString());
    entry.put("ms", Spread.of(figures).toMap(1));
    List<Double> ratios = ratiosToNone(rows, side);
    if (!ratios.isEmpty()) {
      entry.put("ratioToNone", Spread.of(ratios).toMap(3));
    }
    if (side == BulkSide.FRESHET) {
      log(rows).ifPresent(log -> entry.putAll(log.toMap()));
    }
    entry.put("msByRound", Spread.rounded(figures, 1));
    return entry;
  }
}
