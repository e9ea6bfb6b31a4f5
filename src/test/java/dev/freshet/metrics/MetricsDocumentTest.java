package dev.freshet.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.metrics.Scrape.Family;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds {@code docs/metrics.md} to what the code publishes, in both directions. */
final class MetricsDocumentTest {
  /** A row of the table: name, type, labels, unit, meaning, alert. */
  private static final Pattern ROW =
      Pattern.compile(
          "^\\| `(freshet_[a-z_]+)` \\| (\\w+) \\| ([^|]*) \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\|$",
          Pattern.MULTILINE);

  private static final Pattern LABEL = Pattern.compile("`([a-z_]+)`");

  @Test
  void pageAndCodeAgreeOnNamesTypesAndLabels() throws IOException {
    Map<String, Family> documented = new TreeMap<>();
    Matcher row = ROW.matcher(page());
    while (row.find()) {
      Set<String> labels = new TreeSet<>();
      for (Matcher label = LABEL.matcher(row.group(3)); label.find(); ) {
        labels.add(label.group(1));
      }
      assertThat(documented.put(row.group(1), new Family(row.group(2), labels)))
          .as("a second row for " + row.group(1))
          .isNull();
    }

    Map<String, Family> published = new TreeMap<>(scrape().families());
    published.keySet().removeIf(name -> !name.startsWith("freshet_"));
    assertThat(documented).isEqualTo(published);
  }

  @Test
  void everyLineOfTheTableIsUnderstood() throws IOException {
    long names = page().lines().filter(line -> line.startsWith("| `freshet_")).count();

    assertThat(ROW.matcher(page()).results().count()).isEqualTo(names).isPositive();
  }

  @Test
  void whatIsNotFreshetsOwnIsTheJvms() throws IOException {
    assertThat(scrape().families().keySet())
        .allMatch(name -> name.startsWith("freshet_") || name.startsWith("jvm_"));
    assertThat(page()).contains("`jvm_");
  }

  private static Scrape scrape() {
    try (FreshetMetrics metrics = new FreshetMetrics(List.of("images"))) {
      return new Scrape(metrics.scrape());
    }
  }

  private static String page() throws IOException {
    return Files.readString(Path.of("docs/metrics.md"));
  }
}
