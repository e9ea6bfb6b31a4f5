package dev.freshet.cli.servers;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Where the programs of local servers may come from. */
enum ProgramSource {
  /** What is installed. */
  MACHINE,
  /** What stands as an artifact on the class path. */
  ARTIFACTS;

  /** The system property, or else the environment variable, that forces one source. */
  static final String SETTING = "FRESHET_SERVERS";

  /** The sources to look into, in order: the machine, then the artifacts, unless one is forced. */
  static List<ProgramSource> allowed() {
    String forced = System.getProperty(SETTING, System.getenv(SETTING));
    if (forced == null || forced.isBlank()) {
      return List.of(MACHINE, ARTIFACTS);
    }
    return Arrays.stream(values())
        .filter(source -> source.toString().equals(forced.strip()))
        .findFirst()
        .map(List::of)
        .orElseThrow(
            () ->
                new ServerFailedException(
                    "%s is `%s`; it can be machine or artifacts".formatted(SETTING, forced)));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
