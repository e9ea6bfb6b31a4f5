package dev.freshet.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds {@code docs/http-api.md} to what the code replies. */
final class HttpDocumentTest {
  private static final Pattern ROW =
      Pattern.compile("^\\| `(urn:freshet:problem:[a-z-]+)` \\| (\\d{3}) \\|", Pattern.MULTILINE);

  @Test
  void everyProblemIsDocumentedAndNoOther() throws IOException {
    Map<String, Integer> documented = new TreeMap<>();
    Matcher row = ROW.matcher(Files.readString(Path.of("docs/http-api.md")));
    while (row.find()) {
      documented.put(row.group(1), Integer.valueOf(row.group(2)));
    }
    Map<String, Integer> replied = new TreeMap<>();
    for (ProblemType type : ProblemType.values()) {
      replied.put(type.uri(), type.status());
    }
    assertThat(documented).isEqualTo(replied);
  }
}
