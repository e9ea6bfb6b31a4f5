package dev.freshet.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.cli.demo.Story.Figures;
import dev.freshet.cli.demo.Story.Tone;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoryTest {
  private final StringWriter text = new StringWriter();
  private final Story story = new Story(new PrintWriter(text), false);

  private List<String> lines() {
    return text.toString().lines().toList();
  }

  @Test
  void timesAndDetailsStandBelowEachOther() {
    story.step(Tone.HIT, "GET", "hit", Duration.ofNanos(1_250_000), "short");
    story.step(Tone.EVICTED, "evicted", "key is gone from Redis", Duration.ofMillis(999), "a b c");
    story.step(Tone.PLAIN, "start", "Postgres", Duration.ofMillis(10_627), "x");

    assertThat(lines().get(0)).endsWith("      1.3 ms   short");
    assertThat(lines().stream().map(line -> line.indexOf(" ms")).distinct().toList())
        .as("where milliseconds end")
        .contains(lines().get(0).indexOf(" ms"))
        .hasSize(2);
    assertThat(lines().get(2)).contains(" 10.6 s    x");
    assertThat(List.of(at(0, "short"), at(1, "a b c"), at(2, "x")))
        .allMatch(column -> column == at(0, "short"));
  }

  private int at(int line, String text) {
    return lines().get(line).lastIndexOf(text);
  }

  @Test
  void aLineIsNotTooWideWhenItsDetailFits() {
    String detail = "d".repeat(Story.DETAIL_WIDTH);
    story.step(Tone.PLAIN, "evicted", "c".repeat(28), Duration.ofMillis(123), detail);

    assertThat(lines().get(0)).hasSizeLessThanOrEqualTo(Story.WIDTH).endsWith(detail);
  }

  @Test
  void aStatementKeepsItsLines() {
    story.sql("UPDATE products SET price = 1\nWHERE id = 2");

    assertThat(lines())
        .containsExactly("  UPDATE   products SET price = 1", "           WHERE id = 2");
  }

  @Test
  void figuresStandBelowTheirHeadings() {
    Duration ms = Duration.ofMillis(7);
    story.figures(List.of(new Figures("one", ms, ms, ms), new Figures("two", ms, ms, ms)));

    assertThat(lines()).hasSize(3);
    assertThat(lines().stream().map(String::length).distinct()).hasSize(1);
    assertThat(lines().get(0)).contains("miss", "hit", "commit to eviction");
    assertThat(lines().get(1)).containsPattern("one +7\\.0 ms +7\\.0 ms +7\\.0 ms$");
  }

  @Test
  void onlyAColouredStoryHasColour() {
    StringWriter colour = new StringWriter();
    new Story(new PrintWriter(colour), true)
        .step(Tone.HIT, "GET", "hit", Duration.ofMillis(1), "detail");
    story.step(Tone.HIT, "GET", "hit", Duration.ofMillis(1), "detail");

    assertThat(colour.toString()).contains("\u001b[32mhit").contains("\u001b[0m");
    assertThat(colour.toString().replaceAll("\u001b\\[\\d*m", "")).isEqualTo(text.toString());
  }

  @Test
  void nounsAgreeWithTheirNumbers() {
    assertThat(Story.count(1, "row")).isEqualTo("1 row");
    assertThat(Story.count(0, "row")).isEqualTo("0 rows");
    assertThat(Story.count(2_000, "row")).isEqualTo("2,000 rows");
  }
}
