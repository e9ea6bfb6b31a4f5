package dev.freshet.cli.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a JVM wrote with {@code -Xlog:gc:file=…:timemillis}.
 *
 * @param collector its name, as {@code G1}
 * @param pauses in order
 */
record GcLog(String collector, List<Pause> pauses) {
  private static final Pattern USING = Pattern.compile("Using (\\S+)");
  private static final Pattern PAUSE =
      Pattern.compile("\\[(\\d+)ms].* Pause .* (\\d+)M->(\\d+)M\\(\\d+M\\) (\\d+\\.\\d+)ms");

  /**
   * One pause of the collector.
   *
   * @param atMs when it ended, in milliseconds since 1970
   * @param usedAfterMiB how much of the heap was in use after it
   * @param tookMs how long it was
   */
  record Pause(long atMs, int usedAfterMiB, double tookMs) {}

  static GcLog read(Path file) {
    try {
      return parse(Files.readAllLines(file));
    } catch (IOException e) {
      throw new UncheckedIOException("the daemon's log of its collections cannot be read", e);
    }
  }

  static GcLog parse(List<String> lines) {
    String collector =
        lines.stream()
            .map(USING::matcher)
            .filter(Matcher::find)
            .map(using -> using.group(1))
            .findFirst()
            .orElse("unknown");
    return new GcLog(collector, lines.stream().flatMap(line -> pause(line).stream()).toList());
  }

  private static Optional<Pause> pause(String line) {
    Matcher pause = PAUSE.matcher(line);
    return pause.find()
        ? Optional.of(
            new Pause(
                Long.parseLong(pause.group(1)),
                Integer.parseInt(pause.group(3)),
                Double.parseDouble(pause.group(4))))
        : Optional.empty();
  }

  /** The pauses that ended within a time, its ends included. */
  GcLog within(long fromMs, long toMs) {
    return new GcLog(
        collector,
        pauses.stream().filter(pause -> pause.atMs >= fromMs && pause.atMs <= toMs).toList());
  }

  /** How much was in use after the last pause until then; empty if there was none. */
  Optional<Integer> usedAfterMiB(long untilMs) {
    return pauses.stream()
        .filter(pause -> pause.atMs <= untilMs)
        .reduce((earlier, later) -> later)
        .map(Pause::usedAfterMiB);
  }

  /** The most that was in use after a pause; empty if there was none. */
  Optional<Integer> usedAfterMiBMax() {
    return pauses.stream().map(Pause::usedAfterMiB).max(Integer::compare);
  }

  /** How long all pauses were together. */
  double pausedMs() {
    return pauses.stream().mapToDouble(Pause::tookMs).sum();
  }
}
