package dev.freshet.cli.bench;

import dev.freshet.cli.bench.LatencyReport.SideReport;
import dev.freshet.postgres.Session;
import java.util.List;
import java.util.OptionalLong;

/** A side, the session that writes to its table, and what was measured on it. */
final class Lane implements AutoCloseable {
  private final Side side;
  private final Session writer;
  private Samples samples = new Samples();
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
    OptionalLong nanos = timer.measure(side, writer, rows.get(row++ % rows.size()));
    if (nanos.isPresent()) {
      samples.add(nanos.getAsLong());
    } else {
      lost++;
    }
  }

  /** Forgets what was measured. */
  void forget() {
    samples = new Samples();
    lost = 0;
  }

  SideReport report() {
    return new SideReport(samples.count() + lost, lost, samples.figuresMs());
  }

  @Override
  public void close() {
    writer.close();
  }
}
