package dev.freshet.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TriggerVariantsTest {
  private static final Path DOCUMENT = Path.of("docs", "performance.md");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z-]+)` \\|");

  @Test
  void theDocumentsTableHasExactlyTheVariantsInTheirOrder() throws IOException {
    String text = Files.readString(DOCUMENT, StandardCharsets.UTF_8);
    String section = text.split("\n## What the trigger is made of\n", 2)[1].split("\n## ", 2)[0];

    List<String> rows =
        ROW.matcher(section).results().map((MatchResult row) -> row.group(1)).toList();
    assertThat(rows).isEqualTo(TriggerVariants.all().stream().map(TriggerVariant::name).toList());
  }

  @Test
  void eachVariantHasItsOwnNameAndSaysWhatItIs() {
    assertThat(TriggerVariants.all()).extracting(TriggerVariant::name).doesNotHaveDuplicates();
    assertThat(TriggerVariants.all()).extracting(TriggerVariant::what).doesNotHaveDuplicates();
  }
}
