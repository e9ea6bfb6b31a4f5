package dev.freshet.cli.bench;

import dev.freshet.cli.servers.Pgbench;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Postgres' own load generator.
 *
 * <p>It counts the time for connecting as part of the time that it runs, but not of that by which
 * it divides. So it is given more for many sessions, the same on all sides.
 */
final class PgbenchGenerator implements LoadGenerator {
  private static final double SECONDS_PER_CONNECTION = 0.02;

  private static final String SCRIPT = "\\set id random(1, %s)\n%s\n";
  private static final Pattern TRANSACTIONS =
      Pattern.compile("^number of transactions actually processed: (\\d+)", Pattern.MULTILINE);
  private static final Pattern FAILED =
      Pattern.compile("^number of failed transactions: (\\d+)", Pattern.MULTILINE);
  private static final Pattern TPS =
      Pattern.compile("^tps = ([\\d.]+) \\((?:without|excluding) ", Pattern.MULTILINE);

  private final Pgbench pgbench;

  PgbenchGenerator(Pgbench pgbench) {
    this.pgbench = pgbench;
  }

  @Override
  public Map<String, Object> description() {
    Map<String, Object> description = new LinkedHashMap<>();
    description.put("name", "pgbench");
    description.put("version", pgbench.version());
    description.put("script", SCRIPT.formatted("ROWS", WriterRows.updateOf(":id")));
    return description;
  }

  @Override
  public Load run(Order order) {
    int writers = order.writerCase().writers();
    Pgbench.Outcome outcome =
        pgbench.run(
            new Pgbench.Order(
                order.databaseName(),
                SCRIPT.formatted(order.rows(), WriterRows.updateOf(":id")),
                writers,
                order.seconds() + (int) Math.round(writers * SECONDS_PER_CONNECTION),
                order.seed(),
                Map.of("synchronous_commit", order.writerCase().synchronousCommit().toString())));
    return load(outcome, "%s, %s".formatted(order.databaseName(), order.writerCase()));
  }

  /**
   * Reads what pgbench printed.
   *
   * @param where it ran, for messages
   * @throws BenchFailedException with all its output, if a client or a transaction failed
   */
  static Load load(Pgbench.Outcome outcome, String where) {
    String output = outcome.output();
    Matcher transactions = TRANSACTIONS.matcher(output);
    Matcher tps = TPS.matcher(output);
    Matcher failed = FAILED.matcher(output);
    if (outcome.exitCode() == 0 && transactions.find() && transactions.group(1).equals("0")) {
      throw new BenchFailedException(
          "pgbench made no transaction on %s: all the time went into connecting; write more --seconds"
              .formatted(where));
    }
    transactions.reset();
    if (outcome.exitCode() != 0
        || !transactions.find()
        || !tps.find()
        || (failed.find() && !failed.group(1).equals("0"))) {
      throw new BenchFailedException(
          "pgbench failed on %s, with exit code %d:\n%s"
              .formatted(where, outcome.exitCode(), output.strip()));
    }
    return new Load(Long.parseLong(transactions.group(1)), Double.parseDouble(tps.group(1)));
  }
}
