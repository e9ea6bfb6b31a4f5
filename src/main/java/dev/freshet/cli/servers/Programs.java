package dev.freshet.cli.servers;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Looks for the programs of servers, and remembers why what it found would not do. */
final class Programs {
  private static final int POSTGRES_MAJOR_MIN = 14;
  private static final int REDIS_MAJOR_MIN = 6;
  private static final int REDIS_MINOR_MIN = 2;
  private static final Pattern VERSION = Pattern.compile("(?:\\) |v=)(\\d+)(?:\\.(\\d+))?");
  private static final Duration VERSION_DEADLINE = Duration.ofSeconds(20);

  private final ServerProcesses processes;
  private final List<String> complaints = new ArrayList<>();

  /** The programs of Postgres, and how to run them. */
  record Postgres(Path initdb, Path postgres, PlainUser.Launcher launcher) {}

  private record Version(int major, int minor) {
    boolean isAtLeast(int wantedMajor, int wantedMinor) {
      return major > wantedMajor || (major == wantedMajor && minor >= wantedMinor);
    }
  }

  /**
   * @param processes of the server that the programs are for
   */
  Programs(ServerProcesses processes) {
    this.processes = processes;
  }

  /**
   * The programs of Postgres 14 or newer.
   *
   * @throws ServerFailedException if there are none; says where they were looked for
   */
  Postgres postgres(List<ProgramSource> sources, PlainUser user) {
    for (ProgramSource source : sources) {
      for (Path bin : source == ProgramSource.MACHINE ? Installed.postgresBins() : artifactBins()) {
        Path initdb = bin.resolve("initdb");
        Path postgres = bin.resolve("postgres");
        if (Files.isExecutable(initdb)
            && Files.isExecutable(postgres)
            && isNewEnough(postgres, POSTGRES_MAJOR_MIN, 0)) {
          var launcher = user.launcher(processes, postgres, complaints);
          if (launcher.isPresent()) {
            return new Postgres(initdb, postgres, launcher.get());
          }
        }
      }
    }
    throw notFound(
        "Postgres (initdb and postgres, version %d or newer)".formatted(POSTGRES_MAJOR_MIN),
        "PostgreSQL (Debian: apt-get install postgresql; macOS: brew install postgresql@17)",
        sources);
  }

  /**
   * The program of Redis 6.2 or newer, or of Valkey.
   *
   * @throws ServerFailedException if there is none; says where it was looked for
   */
  Path redis(List<ProgramSource> sources) {
    for (ProgramSource source : sources) {
      for (Path program :
          source == ProgramSource.MACHINE ? Installed.redisPrograms() : artifactRedis()) {
        if (Files.isExecutable(program) && isNewEnough(program, REDIS_MAJOR_MIN, REDIS_MINOR_MIN)) {
          return program;
        }
      }
    }
    throw notFound(
        "Redis (redis-server, version %d.%d or newer)".formatted(REDIS_MAJOR_MIN, REDIS_MINOR_MIN),
        "Redis (Debian: apt-get install redis-server; macOS: brew install redis)",
        sources);
  }

  private ServerFailedException notFound(
      String what, String toInstall, List<ProgramSource> sources) {
    return new ServerFailedException(
        ("no usable %s found (looked into: %s)%s. Install %s, or keep target/servers beside the jar,"
                + " as `mvn package` leaves it")
            .formatted(
                what,
                String.join(", ", sources.stream().map(ProgramSource::toString).toList()),
                complaints.isEmpty() ? "" : ": " + String.join("; ", complaints),
                toInstall));
  }

  private boolean isNewEnough(Path program, int major, int minor) {
    Version version = version(program);
    if (version == null) {
      return false;
    }
    if (!version.isAtLeast(major, minor)) {
      complaints.add("%s is version %d.%d".formatted(program, version.major, version.minor));
      return false;
    }
    return true;
  }

  private @Nullable Version version(Path program) {
    try {
      ServerProcesses.Finished said =
          processes.run(VERSION_DEADLINE, List.of(program.toString(), "--version"));
      Matcher matcher = VERSION.matcher(said.output());
      if (said.isOk() && matcher.find()) {
        String minor = matcher.group(2);
        return new Version(
            Integer.parseInt(matcher.group(1)), minor == null ? 0 : Integer.parseInt(minor));
      }
      complaints.add(program + ": " + said.complaint());
    } catch (IOException e) {
      complaints.add("%s cannot be run: %s".formatted(program, e.getMessage()));
    }
    return null;
  }

  private List<Path> artifactBins() {
    String arch = isArm() ? "arm_64" : "x86_64";
    String resource = "postgres-%s-%s.txz".formatted(system(), arch);
    // No method reference: without commons-compress it would fail here, outside the guard.
    Path unpacked = unpacked(resource, "postgres", (in, target) -> TarXz.unpack(in, target));
    return unpacked == null ? List.of() : List.of(unpacked.resolve("bin"));
  }

  private Iterable<Path> artifactRedis() {
    // The 32-bit build for Linux needs no libraries, unlike the first one (libssl 3).
    List<String> resources =
        switch (system()) {
          case "linux" ->
              isArm()
                  ? List.of("redis-server-6.2.7-linux-arm64")
                  : List.of("redis-server-6.2.6-v5-linux-amd64", "redis-server-6.2.7-linux-386");
          case "darwin" -> List.of("redis-server-6.2.6-v5-darwin-" + (isArm() ? "arm64" : "amd64"));
          default -> List.of();
        };
    return () ->
        resources.stream()
            .map(resource -> unpacked(resource, resource, Programs::copyProgram))
            .filter(Objects::nonNull)
            .map(unpacked -> unpacked.resolve("redis-server"))
            .iterator();
  }

  private @Nullable Path unpacked(
      String resource, String name, UnpackedArtifact.Unpacking unpacking) {
    URL url = Programs.class.getResource("/" + resource);
    if (url == null) {
      complaints.add(resource + " is not on the class path");
      return null;
    }
    try {
      return UnpackedArtifact.of(url, name, unpacking);
    } catch (IOException e) {
      complaints.add("%s cannot be unpacked: %s".formatted(resource, e));
    } catch (LinkageError e) {
      complaints.add(
          "%s cannot be unpacked without commons-compress and xz on the class path (%s)"
              .formatted(resource, e.getMessage()));
    }
    return null;
  }

  private static void copyProgram(InputStream program, Path target) throws IOException {
    Path copy = target.resolve("redis-server");
    Files.copy(program, copy);
    ServerDirectory.allow(copy, "rwxr-xr-x");
  }

  private static String system() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    return os.startsWith("mac") ? "darwin" : os;
  }

  private static boolean isArm() {
    return System.getProperty("os.arch").matches("aarch64|arm64");
  }
}
