package dev.freshet.cli.bench;

import dev.freshet.cli.bench.LatencyReport.SideReport;
import dev.freshet.postgres.Session;
import java.util.List;

/** A side, the session that writes to its table, and what was measured on it. */
final class Lane implements AutoCloseable {
  private final Side side;
  private final Session writer;
  private Samples updates = new Samples();
  private Samples commitToGone = new Samples();
  private int lost;
  private int row;

  Lane(Side side) {
    this.side = side;
    this.writer = side.newWriter();
  }

  /** Measures one update, of the next row. */
  void measure(EvictionTimer timer) {
    side.check();
    List<String> rows = side.table().measured();
    EvictionTimer.Measured measured = timer.measure(side, writer, rows.get(row++ % rows.size()));
    updates.add(measured.updateNanos());
    measured.goneNanos().ifPresentOrElse(commitToGone::add, () -> lost++);
  }

  /** Forgets what was measured. */
  void forget() {
    updates = new Samples();
    commitToGone = new Samples();
    lost = 0;
  }

  SideReport report() {
    return new SideReport(updates.count(), lost, commitToGone.figuresMs(), updates.figuresMs());
  }

  @Override
  public void close() {
    writer.close();
  }
}
