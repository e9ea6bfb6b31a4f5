package dev.freshet.cli.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The user that Postgres runs as: this JVM's own, or {@code nobody} if that is root, as whom
 * Postgres refuses to run.
 *
 * @param isRoot whether this JVM runs as root
 * @param uid the user's id; the owner of Postgres' data
 * @param gid the user's group
 */
record PlainUser(boolean isRoot, int uid, int gid) {
  private static final String NAME = "nobody";

  /** The id of {@code nobody} on nearly every system. */
  private static final int USUAL_ID = 65534;

  private static final Duration PROBE_DEADLINE = Duration.ofSeconds(20);

  /**
   * How a program is run as this user.
   *
   * @param words to put before the program's own
   * @param isOther whether the file system takes that for another user, who must own the data
   */
  record Launcher(List<String> words, boolean isOther) {

    List<String> command(Path program, List<String> arguments) {
      List<String> command = new ArrayList<>(words);
      command.add(program.toString());
      command.addAll(arguments);
      return command;
    }
  }

  /** The user for a server that is started by this JVM. */
  static PlainUser find(ServerProcesses processes) {
    int own = ServerDirectory.ownUid();
    return own == 0
        ? new PlainUser(true, id(processes, "-u"), id(processes, "-g"))
        : new PlainUser(false, own, -1);
  }

  private static int id(ServerProcesses processes, String which) {
    try {
      ServerProcesses.Finished id = processes.run(PROBE_DEADLINE, List.of("id", which, NAME));
      if (id.isOk()) {
        return Integer.parseInt(id.output().strip());
      }
    } catch (IOException | NumberFormatException e) {
      return USUAL_ID; // no such program, or another one of that name
    }
    return USUAL_ID;
  }

  /**
   * The first way to run a program as this user that works for it.
   *
   * @param program that is tried with {@code --version}
   * @param complaints gets why the ways before it did not work
   */
  Optional<Launcher> launcher(ServerProcesses processes, Path program, List<String> complaints) {
    for (Launcher launcher : isRoot ? launchersOfRoot() : List.of(new Launcher(List.of(), false))) {
      String name = launcher.words().isEmpty() ? program.toString() : launcher.words().get(0);
      try {
        ServerProcesses.Finished probe =
            processes.run(PROBE_DEADLINE, launcher.command(program, List.of("--version")));
        if (probe.isOk()) {
          return Optional.of(launcher);
        }
        complaints.add(name + ": " + probe.complaint());
      } catch (IOException e) {
        complaints.add(name + ": " + e.getMessage());
      }
    }
    return Optional.empty();
  }

  private List<Launcher> launchersOfRoot() {
    return List.of(
        new Launcher(
            List.of("setpriv", "--reuid=" + uid, "--regid=" + gid, "--clear-groups", "--"), true),
        new Launcher(List.of("runuser", "-u", NAME, "--"), true),
        new Launcher(List.of("su", "-s", "/bin/sh", "-c", "exec \"$0\" \"$@\"", "--", NAME), true),
        // In a user namespace of its own root has no name, but still owns its files.
        new Launcher(List.of("unshare", "-U", "--"), false));
  }

  /** Gives a file to this user, if the launcher makes that another one than the JVM's. */
  void own(Path path, Launcher launcher) throws IOException {
    if (launcher.isOther()) {
      Files.setAttribute(path, "unix:gid", gid);
      Files.setAttribute(path, "unix:uid", uid);
    }
  }
}
