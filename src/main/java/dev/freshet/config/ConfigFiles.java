package dev.freshet.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the configuration is looked for. */
public final class ConfigFiles {
  private static final List<Path> PLACES =
      List.of(Path.of("freshet.yaml"), Path.of("/etc/freshet/freshet.yaml"));

  private ConfigFiles() {}

  /**
   * The file to read: the one given, else {@code freshet.yaml} in the working directory, else
   * {@code /etc/freshet/freshet.yaml}.
   *
   * @param given by the caller; null to look in the usual places
   * @throws ConfigException if there is none, saying where it was looked for
   */
  public static Path find(@Nullable Path given) {
    return find(given, PLACES);
  }

  static Path find(@Nullable Path given, List<Path> places) {
    List<Path> candidates = given == null ? places : List.of(given);
    for (Path candidate : candidates) {
      if (Files.isRegularFile(candidate)) {
        return candidate;
      }
    }
    if (given != null) {
      throw new ConfigException(
          List.of("%s: is no file; give the path of a freshet.yaml".formatted(given)));
    }
    String looked = String.join(" nor at ", places.stream().map(Path::toString).toList());
    throw new ConfigException(
        List.of(
            "freshet.yaml: found neither at %s; write one (see freshet.example.yaml) or name it with --config FILE"
                .formatted(looked)));
  }
}
