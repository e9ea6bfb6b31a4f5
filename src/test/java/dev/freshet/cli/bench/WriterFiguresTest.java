package dev.freshet.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.freshet.cli.bench.LoadGenerator.Load;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class WriterFiguresTest {
  private static final WriterCase SIXTEEN = new WriterCase(16, SynchronousCommit.ON);
  private static final WriterCase SIXTEEN_OFF = new WriterCase(16, SynchronousCommit.OFF);

  private final SingleRowFigures singleRow = new SingleRowFigures();
  private final BulkFigures bulk = new BulkFigures();

  private void add(int round, WriterCase writerCase, WriterSide side, double tps) {
    singleRow.add(
        round, writerCase, side, new WrittenDatabase.Run(new Load(100, tps), OptionalLong.empty()));
  }

  private List<Map<String, Object>> targets() {
    return WriterTargets.of(singleRow, bulk);
  }

  @Test
  void targetsAreJudgedByTheMedianOfTheRatiosOfEachRound() {
    add(1, SIXTEEN, WriterSide.NONE, 1_000);
    add(1, SIXTEEN, WriterSide.FRESHET_AWAKE, 700);
    add(2, SIXTEEN, WriterSide.NONE, 100);
    add(2, SIXTEEN, WriterSide.FRESHET_AWAKE, 80);
    add(3, SIXTEEN, WriterSide.NONE, 500);
    add(3, SIXTEEN, WriterSide.FRESHET_AWAKE, 450);
    add(3, SIXTEEN, WriterSide.NAIVE, 200);
    add(1, SIXTEEN_OFF, WriterSide.NONE, 1_000);
    add(1, SIXTEEN_OFF, WriterSide.FRESHET_AWAKE, 1);

    // The ratio of the medians would be 0.9.
    assertThat(targets())
        .containsExactly(
            Map.of(
                "name",
                "tps, freshet-awake / none, 16 writers, synchronous_commit=on",
                "wanted",
                ">= 0.75",
                "measured",
                0.8,
                "isMet",
                true),
            Map.of(
                "name",
                "tps, freshet-awake / naive, 16 writers, synchronous_commit=on",
                "wanted",
                ">= 2.5",
                "measured",
                2.25,
                "isMet",
                false));
  }

  @Test
  void oneWriterHasATargetOfItsOwn() {
    WriterCase one = new WriterCase(1, SynchronousCommit.ON);
    add(1, one, WriterSide.NONE, 100);
    add(1, one, WriterSide.NAIVE, 100);
    add(1, one, WriterSide.FRESHET_AWAKE, 89);

    assertThat(targets())
        .singleElement()
        .satisfies(
            target ->
                assertThat(target)
                    .containsEntry(
                        "name", "tps, freshet-awake / none, 1 writer, synchronous_commit=on")
                    .containsEntry("wanted", ">= 0.9")
                    .containsEntry("isMet", false));
  }

  @Test
  void ofBulkUpdatesTheLargestAndItsChangeLogHaveTargets() {
    LogSize log = new LogSize(1_000_000, 18_000_000, 5_900_000);
    for (int rows : List.of(1_000, 1_000_000)) {
      bulk.add(1, rows, BulkSide.NONE, new BulkDatabase.Run(4_000, Optional.empty()));
      bulk.add(1, rows, BulkSide.FRESHET, new BulkDatabase.Run(5_000, Optional.of(log)));
    }

    assertThat(targets())
        .extracting(target -> target.get("measured"), target -> target.get("isMet"))
        .containsExactly(tuple(1.25, true), tuple(12.1, false));
  }

  @Test
  void whatWasNotMeasuredHasNoTarget() {
    add(1, SIXTEEN, WriterSide.FRESHET_AWAKE, 700);
    assertThat(targets()).isEmpty();
  }

  @Test
  void theChangeLogsLargestSizeIsReported() {
    bulk.add(
        1, 10, BulkSide.FRESHET, new BulkDatabase.Run(1, Optional.of(new LogSize(10, 100, 30))));
    bulk.add(
        2, 10, BulkSide.FRESHET, new BulkDatabase.Run(2, Optional.of(new LogSize(10, 20, 30))));

    assertThat(bulk.toList())
        .singleElement()
        .satisfies(
            entry ->
                assertThat(entry)
                    .containsEntry("storedBytesPerKey", 10.0)
                    .containsEntry("textBytesPerKey", 3.0)
                    .containsEntry("logBytesPerKeyBeyondText", 7.0)
                    .doesNotContainKey("ratioToNone"));
  }

  @Test
  void keysThatCompressWellTakeLessThanTheirText() {
    assertThat(new LogSize(10, 20, 30).bytesPerKeyBeyondText()).isEqualTo(-1);
  }
}
