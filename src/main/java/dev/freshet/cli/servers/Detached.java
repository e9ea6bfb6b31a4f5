package dev.freshet.cli.servers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How a server is kept out of the terminal's session.
 *
 * <p>A terminal sends Ctrl-C to every process of its foreground group. A server there would end
 * together with the program that uses it, instead of after it.
 */
final class Detached {
  private static final List<Path> SETSID =
      List.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"));

  private Detached() {}

  /** The command in a session of its own, with the same pid; unchanged where there is no setsid. */
  static List<String> command(List<String> command) {
    List<String> detached = new ArrayList<>();
    SETSID.stream()
        .filter(Files::isExecutable)
        .findFirst()
        .ifPresent(setsid -> detached.add(setsid.toString()));
    detached.addAll(command);
    return detached;
  }
}
