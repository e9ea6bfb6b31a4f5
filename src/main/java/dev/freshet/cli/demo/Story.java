package dev.freshet.cli.demo;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/**
 * Prints what happens, in aligned columns: what was done, what came of it, how long it took, and
 * details. Lines have at most {@value #WIDTH} characters if details are short enough, and only
 * ASCII ones.
 */
public final class Story {
  static final int WIDTH = 100;

  /** How many characters of details a line has room for. */
  static final int DETAIL_WIDTH = 47;

  private static final String DID = "  %-8s ";
  private static final String INDENT = " ".repeat(11);
  private static final String CAME_OF_IT = "%-28s";
  private static final String TOOK = " %10s   ";
  private static final String FIGURES = "  %-29s%10s%12s%22s";

  /** What a line tells of; told apart by colour where there is colour. */
  enum Tone {
    PLAIN(""),
    HEADING("1"),
    HIT("32"),
    MISS("33"),
    EVICTED("35");

    private final String code;

    Tone(String code) {
      this.code = code;
    }
  }

  /**
   * What an act measured.
   *
   * @param what was read
   * @param evicted from the commit's reply until the keys were gone
   */
  record Figures(String what, Duration miss, Duration hit, Duration evicted) {}

  private final PrintWriter out;
  private final boolean hasColour;

  public Story(PrintWriter out, boolean hasColour) {
    this.out = out;
    this.hasColour = hasColour;
  }

  /** Prints a line after an empty one. */
  void heading(String text) {
    line("");
    line(coloured(Tone.HEADING, text));
  }

  void line(String text) {
    out.println(text.stripTrailing());
    out.flush();
  }

  void step(Tone tone, String did, String cameOfIt, Duration took, String detail) {
    line(
        DID.formatted(did)
            + coloured(tone, CAME_OF_IT.formatted(cameOfIt))
            + TOOK.formatted(time(took))
            + detail);
  }

  /** A step that takes no time worth telling. */
  void step(String did, String cameOfIt) {
    line(DID.formatted(did) + cameOfIt);
  }

  /** A statement; its first word is what is done. */
  void sql(String sql) {
    Iterator<String> lines = sql.lines().iterator();
    String[] first = lines.next().split(" ", 2);
    step(first[0], first[1]);
    lines.forEachRemaining(next -> line(INDENT + next.strip()));
  }

  /** The table of all figures. */
  void figures(List<Figures> all) {
    line(coloured(Tone.HEADING, FIGURES.formatted("Summary", "miss", "hit", "commit to eviction")));
    for (Figures figures : all) {
      line(
          FIGURES.formatted(
              figures.what(), time(figures.miss()), time(figures.hit()), time(figures.evicted())));
    }
  }

  private String coloured(Tone tone, String text) {
    return hasColour && !tone.code.isEmpty()
        ? "\u001b[%sm%s\u001b[0m".formatted(tone.code, text)
        : text;
  }

  /** A duration in milliseconds, or in seconds if it is one or more. */
  static String time(Duration duration) {
    return duration.toMillis() < 1_000
        ? String.format(Locale.ROOT, "%.1f ms", duration.toNanos() / 1e6)
        : String.format(Locale.ROOT, "%,.1f s ", duration.toNanos() / 1e9);
  }

  static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** A number and its noun, as {@code 1 row} and {@code 2,000 rows}. */
  static String count(long number, String noun) {
    return number(number) + " " + noun + (number == 1 ? "" : "s");
  }
}
