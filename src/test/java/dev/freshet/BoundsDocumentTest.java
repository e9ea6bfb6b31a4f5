package dev.freshet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the table of bounds in {@code docs/operations.md} to the code and to the tests. */
final class BoundsDocumentTest {
  /** A row: class, bounds, value, what happens, tests. */
  private static final Pattern ROW =
      Pattern.compile(
          "^\\| `(\\w+)\\.(\\w+)` \\| ([^|]+) \\| [^|]+ \\| [^|]+ \\| ([^|]+) \\|$",
          Pattern.MULTILINE);

  private static final Pattern NAME = Pattern.compile("`([^`]+)`");

  private static String section() throws IOException {
    String page = Files.readString(Path.of("docs/operations.md"));
    return page.substring(page.indexOf("## Bounds"));
  }

  private static List<String> names(String cell) {
    return NAME.matcher(cell).results().map(found -> found.group(1)).toList();
  }

  @Test
  void everyBoundOfTheTableIsInItsClassAndHasTests() throws IOException {
    List<String> tests;
    try (Stream<Path> tree = Files.walk(Path.of("src/test/java"))) {
      tests = tree.map(file -> file.getFileName().toString()).toList();
    }
    List<String> wrong = new ArrayList<>();
    int rows = 0;
    for (Matcher row = ROW.matcher(section()); row.find(); rows++) {
      Path file = Path.of("src/main/java/dev/freshet", row.group(1), row.group(2) + ".java");
      String code = Files.isRegularFile(file) ? Files.readString(file) : "";
      names(row.group(3)).stream()
          .filter(bound -> !bound.contains("-") && !code.contains(" " + bound + " ="))
          .forEach(bound -> wrong.add(file + " has no " + bound));
      names(row.group(4)).stream()
          .filter(test -> !tests.contains(test + ".java"))
          .forEach(test -> wrong.add("there is no " + test));
    }
    assertThat(wrong).isEmpty();
    assertThat(rows)
        .isEqualTo((int) section().lines().filter(line -> line.startsWith("| `")).count())
        .isPositive();
  }
}
