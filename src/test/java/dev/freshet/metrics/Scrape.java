package dev.freshet.metrics;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A scrape in Prometheus' text format, read back. */
final class Scrape {
  private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");
  private static final Pattern SAMPLE = Pattern.compile("([a-z0-9_]+)(?:\\{(.*)})? (\\S+)");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"[^\"]*\"");

  /**
   * What metrics of one name have in common.
   *
   * @param labels their names, without a histogram's {@code le}
   */
  record Family(String type, Set<String> labels) {}

  private final Map<String, Family> families = new LinkedHashMap<>();
  private final Map<String, Double> samples = new LinkedHashMap<>();

  Scrape(String text) {
    String name = "";
    for (String line : text.lines().toList()) {
      Matcher type = TYPE.matcher(line);
      Matcher sample = SAMPLE.matcher(line);
      if (type.matches()) {
        name = type.group(1);
        families.put(name, new Family(type.group(2), new TreeSet<>()));
      } else if (sample.matches()) {
        samples.put(line.substring(0, line.lastIndexOf(' ')), Double.valueOf(sample.group(3)));
        String labels = sample.group(2) == null ? "" : sample.group(2);
        for (Matcher label = LABEL.matcher(labels); label.find(); ) {
          if (!label.group(1).equals("le")) {
            families
                .getOrDefault(name, new Family("", new TreeSet<>()))
                .labels()
                .add(label.group(1));
          }
        }
      } else if (!line.startsWith("# HELP")) {
        throw new AssertionError("no line of the text format: " + line);
      }
    }
  }

  Map<String, Family> families() {
    return families;
  }

  /**
   * The value of one sample.
   *
   * @param sample name and labels as they stand in the text
   */
  double value(String sample) {
    Double value = samples.get(sample);
    if (value == null) {
      throw new AssertionError("no sample " + sample + " among " + samples.keySet());
    }
    return value;
  }

  /** All samples whose name begins with a text. */
  Map<String, Double> samples(String prefix) {
    Map<String, Double> found = new LinkedHashMap<>(samples);
    found.keySet().removeIf(sample -> !sample.startsWith(prefix));
    return found;
  }
}
