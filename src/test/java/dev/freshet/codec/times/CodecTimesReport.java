package dev.freshet.codec.times;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** What {@link CodecTimes} found, beside what is wanted. */
final class CodecTimesReport {
  /** The data sets for which there are targets. */
  static final List<String> DATASETS = List.of("fast", "standard", "full");

  private static final Map<String, Double> TYPED_MAX_US =
      Map.of("fast", 1.5, "standard", 9.0, "full", 60.0);
  private static final Map<String, Double> TEXT_MAX_US =
      Map.of("fast", 5.0, "standard", 45.0, "full", 500.0);
  private static final double ZSTD_TO_TYPED_MIN = 5;

  private static final String TYPED = "packedToTyped";
  private static final String TEXT = "packedToText";
  private static final String ZSTD = "zstdWithDictionaryAndJackson";

  /** All benchmarks, in the table's order. */
  static final List<String> BENCHMARKS =
      List.of(
          TYPED,
          "packedToTypedAndAllArrays",
          TEXT,
          "jackson",
          ZSTD,
          "zstdAndJackson",
          "gzipAndJackson");

  /**
   * One benchmark of one data set.
   *
   * @param us microseconds a document
   * @param error half of the 99.9 % confidence interval
   */
  record Figure(String dataset, String benchmark, double us, double error) {}

  private final List<Figure> figures;

  CodecTimesReport(List<Figure> figures) {
    this.figures = List.copyOf(figures);
  }

  private OptionalDouble us(String dataset, String benchmark) {
    return figures.stream()
        .filter(f -> f.dataset.equals(dataset) && f.benchmark.equals(benchmark))
        .mapToDouble(Figure::us)
        .findFirst();
  }

  private List<String> datasets() {
    return figures.stream().map(Figure::dataset).distinct().toList();
  }

  /** For programs. */
  Map<String, Object> toMap() {
    List<Map<String, Object>> measured = new ArrayList<>();
    for (Figure figure : figures) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("dataset", figure.dataset);
      map.put("benchmark", figure.benchmark);
      map.put("us", rounded(figure.us));
      map.put("error", rounded(figure.error));
      us(figure.dataset, TYPED).ifPresent(typed -> map.put("toTyped", rounded(figure.us / typed)));
      measured.add(map);
    }
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("bench", "codec times");
    map.put("measures", "microseconds a document, the mean over all documents of a data set");
    map.put("figures", measured);
    map.put("targets", targets());
    return map;
  }

  /** What is wanted, where it was measured. */
  List<Map<String, Object>> targets() {
    List<Map<String, Object>> targets = new ArrayList<>();
    for (String dataset : DATASETS) {
      addAtMost(targets, dataset + ", packed to typed, µs", TYPED_MAX_US, dataset, TYPED);
      addAtMost(targets, dataset + ", packed to JSON text, µs", TEXT_MAX_US, dataset, TEXT);
      OptionalDouble typed = us(dataset, TYPED);
      OptionalDouble zstd = us(dataset, ZSTD);
      if (typed.isPresent() && zstd.isPresent()) {
        double ratio = zstd.getAsDouble() / typed.getAsDouble();
        targets.add(
            target(
                dataset + ", zstd with dictionary and Jackson / packed to typed",
                ">= " + ZSTD_TO_TYPED_MIN,
                ratio,
                ratio >= ZSTD_TO_TYPED_MIN));
      }
    }
    return targets;
  }

  private void addAtMost(
      List<Map<String, Object>> targets,
      String name,
      Map<String, Double> wanted,
      String dataset,
      String benchmark) {
    double max = wanted.getOrDefault(dataset, 0.0);
    us(dataset, benchmark).ifPresent(us -> targets.add(target(name, "<= " + max, us, us <= max)));
  }

  private static Map<String, Object> target(
      String name, String wanted, double measured, boolean isMet) {
    Map<String, Object> target = new LinkedHashMap<>();
    target.put("name", name);
    target.put("wanted", wanted);
    target.put("measured", rounded(measured));
    target.put("isMet", isMet);
    return target;
  }

  private static double rounded(double number) {
    return Math.round(number * 100) / 100.0;
  }

  /** For people: microseconds, and in parentheses how many times as long as decoding to typed. */
  String table() {
    StringBuilder table = new StringBuilder("| µs a document |");
    datasets().forEach(dataset -> table.append(' ').append(dataset).append(" |"));
    table.append("\n| --- |").append(" --: |".repeat(datasets().size())).append('\n');
    for (String benchmark : BENCHMARKS) {
      table.append("| ").append(benchmark).append(" |");
      for (String dataset : datasets()) {
        OptionalDouble us = us(dataset, benchmark);
        OptionalDouble typed = us(dataset, TYPED);
        table.append(' ');
        if (us.isPresent()) {
          table.append(String.format(Locale.ROOT, "%.2f", us.getAsDouble()));
          if (typed.isPresent()) {
            table.append(
                String.format(Locale.ROOT, " (%.1f)", us.getAsDouble() / typed.getAsDouble()));
          }
        }
        table.append(" |");
      }
      table.append('\n');
    }
    table.append("\n| wanted | | measured | met |\n| --- | --- | --: | --- |\n");
    targets()
        .forEach(
            target ->
                table.append(
                    "| %s | %s | %s | %s |\n"
                        .formatted(
                            target.get("name"),
                            target.get("wanted"),
                            target.get("measured"),
                            Boolean.TRUE.equals(target.get("isMet")) ? "yes" : "no")));
    return table.toString();
  }
}
