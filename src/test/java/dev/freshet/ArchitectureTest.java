package dev.freshet;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * The packages of DESIGN.md, section 6, and what each may depend on. This table is the only one.
 *
 * <p>Plain tests, because ArchUnit's own annotations ran none under Surefire and the build was
 * green.
 */
class ArchitectureTest {
  private static final String ROOT = "dev.freshet";

  /** Each package below the root (with its subpackages), and the packages that it may know. */
  private static final Map<String, Set<String>> MAY_KNOW =
      Map.ofEntries(
          entry(
              "cli",
              Set.of(
                  "daemon",
                  "config",
                  "http",
                  "resp",
                  "metrics",
                  "postgres",
                  "redis",
                  "eviction",
                  "loading",
                  "nearcache",
                  "codec",
                  "view",
                  "change",
                  "lifecycle")),
          entry(
              "daemon",
              Set.of(
                  "config",
                  "http",
                  "resp",
                  "metrics",
                  "postgres",
                  "redis",
                  "eviction",
                  "loading",
                  "nearcache",
                  "codec",
                  "view",
                  "change",
                  "lifecycle")),
          entry("config", Set.of("codec", "view", "lifecycle")),
          entry("http", Set.of("eviction", "loading", "codec", "view", "change", "lifecycle")),
          entry("resp", Set.of("eviction", "loading", "codec", "view", "change", "lifecycle")),
          entry("metrics", Set.of("eviction", "loading", "codec", "view", "change", "lifecycle")),
          entry("postgres", Set.of("eviction", "loading", "codec", "view", "change", "lifecycle")),
          entry(
              "redis",
              Set.of("eviction", "loading", "nearcache", "codec", "view", "change", "lifecycle")),
          entry("eviction", Set.of("codec", "view", "change", "lifecycle")),
          entry("loading", Set.of("nearcache", "codec", "view", "change", "lifecycle")),
          entry("nearcache", Set.of("codec", "view", "change", "lifecycle")),
          entry("codec", Set.of("view")),
          entry("view", Set.of()),
          entry("change", Set.of()),
          entry("lifecycle", Set.of()));

  /**
   * The packages of libraries, and the only one of ours (with its subpackages) that imports them.
   */
  private static final Map<String, String> LIBRARY_BELONGS_TO =
      Map.ofEntries(
          entry("java.sql", "postgres"),
          entry("javax.sql", "postgres"),
          entry("com.impossibl", "postgres"),
          entry("com.zaxxer.hikari", "postgres"),
          entry("org.flywaydb", "postgres"),
          entry("io.lettuce", "redis"),
          entry("io.vertx", "http"),
          entry("picocli", "cli"),
          entry("io.micrometer", "metrics"),
          entry("com.fasterxml.jackson.dataformat", "config"),
          entry("com.github.luben.zstd", "codec"),
          entry("org.apache.commons.compress", "cli.servers"));

  /** Names that say nothing: of a package, or of a class or a class inside it. */
  private static final Pattern FORBIDDEN_NAME =
      Pattern.compile(
          ".*\\.(utils?|common|support|impl|helpers?|misc)\\..*"
              + "|(.*[.$])?Abstract[A-Z]\\w*(\\$.*)?"
              + "|.*(Manager|Helpers?|Utils?|Impl)(\\$.*)?");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  /** A package of ours without its subpackages; empty for the root. */
  private static String roomOf(String name) {
    return name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1).split("\\.", 2)[0];
  }

  private static boolean isIn(String packageName, String parent) {
    return packageName.equals(parent) || packageName.startsWith(parent + ".");
  }

  /** What our classes depend on, arrays by what they hold. */
  private static Stream<Dependency> dependencies() {
    return CLASSES.stream().flatMap(type -> type.getDirectDependenciesFromSelf().stream());
  }

  private static JavaClass target(Dependency dependency) {
    return dependency.getTargetClass().getBaseComponentType();
  }

  @Test
  void theClassesWereFound() {
    assertThat(CLASSES.size()).isGreaterThan(20);
    assertThat(
            CLASSES.stream().map(type -> roomOf(type.getPackageName())).collect(Collectors.toSet()))
        .contains("view", "change", "codec", "config", "eviction", "loading");
    assertThat(dependencies().count()).isGreaterThan(200);
  }

  @Test
  void everyClassIsInAPackageOfTheTable() {
    assertThat(CLASSES.stream().map(JavaClass::getPackageName).distinct())
        .filteredOn(name -> !MAY_KNOW.containsKey(roomOf(name)))
        .isEmpty();
  }

  @Test
  void packagesKnowOnlyThosePackagesThatTheTableAllows() {
    List<String> forbidden =
        dependencies()
            .filter(dependency -> isIn(target(dependency).getPackageName(), ROOT))
            .filter(
                dependency -> {
                  String from = roomOf(dependency.getOriginClass().getPackageName());
                  String to = roomOf(target(dependency).getPackageName());
                  return !from.equals(to) && !MAY_KNOW.getOrDefault(from, Set.of()).contains(to);
                })
            .map(Dependency::getDescription)
            .toList();

    assertThat(forbidden).isEmpty();
  }

  @Test
  void theTableHasNoCycle() {
    Set<String> settled = new TreeSet<>();
    while (settled.size() < MAY_KNOW.size()) {
      Set<String> next = new TreeSet<>();
      MAY_KNOW.forEach(
          (room, known) -> {
            if (!settled.contains(room) && settled.containsAll(known)) {
              next.add(room);
            }
          });
      assertThat(next).as("packages that know only %s", settled).isNotEmpty();
      settled.addAll(next);
    }
  }

  @Test
  void packagesAreFreeOfCycles() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void eachLibraryIsImportedByOnePackageOnly() {
    List<String> forbidden =
        dependencies()
            .filter(
                dependency ->
                    LIBRARY_BELONGS_TO.entrySet().stream()
                        .anyMatch(
                            library ->
                                isIn(target(dependency).getPackageName(), library.getKey())
                                    && !isIn(
                                        dependency.getOriginClass().getPackageName(),
                                        ROOT + "." + library.getValue())))
            .map(Dependency::getDescription)
            .toList();

    assertThat(forbidden).isEmpty();
  }

  @Test
  void everyPackageIsNullMarked() {
    Set<JavaPackage> packages =
        CLASSES.stream().map(JavaClass::getPackage).collect(Collectors.toSet());

    assertThat(packages).hasSizeGreaterThan(5);
    assertThat(packages)
        .as("packages without a package-info.java that is @NullMarked")
        .filteredOn(p -> !p.isAnnotatedWith(NullMarked.class))
        .isEmpty();
  }

  @Test
  void namesSayWhatAThingIs() {
    assertThat(CLASSES.stream().map(JavaClass::getName))
        .filteredOn(name -> FORBIDDEN_NAME.matcher(name).matches())
        .isEmpty();
  }
}
