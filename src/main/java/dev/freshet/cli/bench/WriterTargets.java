package dev.freshet.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** What Freshet wants to cost writers at most, beside what was measured. */
final class WriterTargets {
  private static final double MANY_WRITERS_TO_NONE_MIN = 0.75;
  private static final double ONE_WRITER_TO_NONE_MIN = 0.9;
  private static final double TO_NAIVE_MIN = 2.5;
  private static final double BULK_TO_NONE_MAX = 1.25;
  private static final double LOG_BYTES_PER_KEY_MAX = 12;
  private static final int BULK_ROWS = 1_000_000;

  private final List<Map<String, Object>> measured = new ArrayList<>();

  private WriterTargets() {}

  /** The targets for which there are figures; the median of all rounds counts. */
  static List<Map<String, Object>> of(SingleRowFigures singleRow, BulkFigures bulk) {
    WriterTargets targets = new WriterTargets();
    for (int writers : List.of(1, 16, 64)) {
      targets.addSingleRow(singleRow, new WriterCase(writers, SynchronousCommit.ON));
    }
    targets.addAtMost(
        "time of an UPDATE of 1,000,000 rows, freshet / none",
        BULK_TO_NONE_MAX,
        bulk.medianRatio(BULK_ROWS));
    targets.addAtMost(
        "bytes per key in the change log beyond the key's text, 1,000,000 rows",
        LOG_BYTES_PER_KEY_MAX,
        bulk.log(BULK_ROWS)
            .map(log -> OptionalDouble.of(log.bytesPerKeyBeyondText()))
            .orElse(OptionalDouble.empty()));
    return targets.measured;
  }

  private void addSingleRow(SingleRowFigures figures, WriterCase writerCase) {
    boolean isOne = writerCase.writers() == 1;
    addAtLeast(
        "tps, freshet-awake / none, " + writerCase,
        isOne ? ONE_WRITER_TO_NONE_MIN : MANY_WRITERS_TO_NONE_MIN,
        figures.medianRatio(writerCase, WriterSide.FRESHET_AWAKE, WriterSide.NONE));
    if (!isOne) {
      addAtLeast(
          "tps, freshet-awake / naive, " + writerCase,
          TO_NAIVE_MIN,
          figures.medianRatio(writerCase, WriterSide.FRESHET_AWAKE, WriterSide.NAIVE));
    }
  }

  private void addAtLeast(String name, double wanted, OptionalDouble figure) {
    figure.ifPresent(value -> add(name, ">= " + wanted, value, value >= wanted));
  }

  private void addAtMost(String name, double wanted, OptionalDouble figure) {
    figure.ifPresent(value -> add(name, "<= " + wanted, value, value <= wanted));
  }

  private void add(String name, String wanted, double figure, boolean isMet) {
    Map<String, Object> target = new LinkedHashMap<>();
    target.put("name", name);
    target.put("wanted", wanted);
    target.put("measured", Spread.rounded(figure, 3));
    target.put("isMet", isMet);
    measured.add(target);
  }
}
