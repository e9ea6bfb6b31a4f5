package dev.freshet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules of style and safety that a compiler does not know, over all text of the repository. */
class TidyTest {
  private static final int MAIN_FILE_LINES_MAX = 400;
  private static final Set<String> NOT_OURS = Set.of(".git", "target", ".idea", ".vscode");
  private static final Pattern TEXT_FILE =
      Pattern.compile(
          ".*\\.(java|sql|lua|md|ya?ml|xml|sh|service|properties)|.*/\\.ci/run|compose.*");
  private static final Path DECISIONS = Path.of("docs/decisions");

  /**
   * What no file of some kind may hold.
   *
   * @param files a pattern that a file's whole path matches
   * @param forbidden a pattern that is not found in any line
   * @param example of what it forbids
   * @param instead what to do
   */
  private record Rule(String files, String forbidden, String example, String instead) {
    Stream<String> violations(Path file, String text) {
      if (!file.toString().matches(files)) {
        return Stream.empty();
      }
      Matcher matcher = Pattern.compile(forbidden).matcher(text);
      return matcher
          .results()
          .map(found -> file + ":" + line(text, found) + ": `" + found.group() + "`; " + instead);
    }

    private static long line(String text, MatchResult found) {
      return 1 + text.substring(0, found.start()).chars().filter(c -> c == '\n').count();
    }
  }

  /** The examples are cut in two, so that this file keeps the rules too. */
  private static final List<Rule> RULES =
      List.of(
          new Rule(
              "src/.*\\.java",
              "execute(Large)?Batch\\s*\\(",
              "execute" + "Batch()",
              "pgjdbc-ng commits behind your back there: use unnest or several VALUES"),
          new Rule(
              "src/test/.*\\.java",
              "(Thread|TimeUnit\\.[A-Z]+|SECONDS|MILLISECONDS)\\.sleep\\b|\\bparkNanos\\b",
              "Thread" + ".sleep(1)",
              "await a condition, step the loop or move the clock"),
          new Rule(
              "src/test/.*\\.java",
              "@(Disabled|Ignore)",
              "@" + "DisabledOnOs",
              "a test runs or is removed"),
          // Spin is nothing that a Maven artifact could bring.
          new Rule(
              "src/test/(?!java/dev/freshet/model/ModelIT\\.java).*\\.java",
              "\\b(assum(e(True|False|That|NoException)|ingThat)|Assum[p]tions?)\\b",
              "assume" + "True(x)",
              "a test runs or is removed"),
          new Rule(
              "(src|db|redis|packaging|\\.ci)/.*|pom\\.xml|compose.*",
              "\\b(TOD[O]|FIXM[E]|XX[X])\\b",
              "TO" + "DO",
              "do it, or open an issue"),
          new Rule(
              "src/main/java/dev/freshet/(?!cli/).*",
              "System\\s*\\.\\s*(out|err)\\b",
              "System" + ".out.println()",
              "only the command line prints: log"),
          new Rule(
              "src/main/.*\\.java",
              "\\.printStackTrace\\s*\\(\\s*\\)",
              "e.print" + "StackTrace()",
              "log it or throw it"),
          new Rule(
              ".*",
              "(?<![\\w.{}/-])(/home/|/Users/|/root/)\\w",
              "/ho" + "me/me/x",
              "a path of one machine: make it relative"));

  private static List<Path> files() {
    try (Stream<Path> tree = Files.walk(Path.of(""))) {
      return tree.filter(
              file -> !file.toString().isEmpty() && !NOT_OURS.contains(file.getName(0).toString()))
          .filter(Files::isRegularFile)
          .filter(file -> TEXT_FILE.matcher(file.toString()).matches())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("the repository cannot be read", e);
    }
  }

  private static String textOf(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    }
  }

  @Test
  void theFilesWereFound() {
    assertThat(files())
        .hasSizeGreaterThan(50)
        .contains(
            Path.of("pom.xml"),
            Path.of("freshet.example.yaml"),
            Path.of("src/main/java/dev/freshet/view/FeatureView.java"),
            Path.of("src/test/java/dev/freshet/TidyTest.java"));
  }

  @Test
  void everyRuleFindsItsOwnExample() {
    Path main = Path.of("src/main/java/dev/freshet/view/X.java");
    Path test = Path.of("src/test/java/dev/freshet/XTest.java");
    assertThat(RULES)
        .allSatisfy(
            rule ->
                assertThat(
                        Stream.of(main, test)
                            .flatMap(file -> rule.violations(file, "a\n  " + rule.example())))
                    .as("%s", rule)
                    .isNotEmpty()
                    .allMatch(violation -> violation.contains(".java:2: ")));
  }

  @Test
  void noFileHoldsWhatIsForbidden() {
    assertThat(
            files().stream()
                .flatMap(
                    file -> {
                      String text = textOf(file);
                      return RULES.stream().flatMap(rule -> rule.violations(file, text));
                    }))
        .isEmpty();
  }

  @Test
  void filesAreShortEnoughToBeReadAtOnce() {
    assertThat(files())
        .as("files of more than %d lines", MAIN_FILE_LINES_MAX)
        .filteredOn(file -> file.startsWith("src/main"))
        .filteredOn(file -> textOf(file).lines().count() > MAIN_FILE_LINES_MAX)
        .isEmpty();
  }

  @Test
  void everyDecisionNamesATestThatGuardsIt() {
    Set<String> tests =
        files().stream()
            .map(file -> file.getFileName().toString())
            .filter(name -> name.matches("\\w+(Test|IT)\\.java"))
            .map(name -> name.replace(".java", ""))
            .collect(Collectors.toSet());
    List<Path> decisions =
        files().stream()
            .filter(file -> DECISIONS.equals(file.getParent()))
            .filter(file -> file.getFileName().toString().matches("\\d{4}-.*\\.md"))
            .toList();

    assertThat(decisions).isNotEmpty();
    assertThat(decisions)
        .as("decisions that do not end with `Guarded by` and tests that exist")
        .filteredOn(
            file -> {
              List<String> guards = guardsOf(textOf(file));
              return guards.isEmpty() || !tests.containsAll(guards);
            })
        .isEmpty();
  }

  /** The tests that a decision's last paragraph names, if that begins with {@code Guarded by}. */
  private static List<String> guardsOf(String decision) {
    String text = decision.strip();
    String last = text.substring(text.lastIndexOf("\n\n") + 1).strip();
    List<String> guards = new ArrayList<>();
    if (last.matches("(?s)\\W*Guarded by\\b.*")) {
      Pattern.compile("\\b[A-Z]\\w*(Test|IT)\\b")
          .matcher(last)
          .results()
          .forEach(found -> guards.add(found.group()));
    }
    return guards;
  }
}
