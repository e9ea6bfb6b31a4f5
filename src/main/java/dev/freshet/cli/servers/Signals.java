package dev.freshet.cli.servers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Signals to processes that were started here. */
public final class Signals {
  private static final long END_SECONDS_MAX = 10;

  private Signals() {}

  /**
   * Sends a signal to those of the processes that still run.
   *
   * @param whose the processes are, for messages
   * @param signal its name without SIG
   */
  public static void send(String whose, String signal, Collection<ProcessHandle> targets) {
    List<ProcessHandle> running = targets.stream().filter(Signals::canAct).toList();
    if (running.isEmpty()) {
      return;
    }
    List<String> command = new ArrayList<>(List.of("sh", "-c", "kill -s \"$0\" \"$@\"", signal));
    running.forEach(target -> command.add(Long.toString(target.pid())));
    try {
      Process kill = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (kill.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)
          && kill.exitValue() != 0
          && running.stream().allMatch(Signals::canAct)) {
        throw new ServerFailedException(
            "%s: cannot send SIG%s: %s".formatted(whose, signal, output.strip()));
      }
    } catch (IOException e) {
      throw new ServerFailedException("%s: cannot send SIG%s".formatted(whose, signal), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerFailedException("interrupted while signalling " + whose, e);
    }
  }

  /**
   * Whether a process can still do something. One that has ended but whose parent has not asked for
   * its exit code (in a container whose first process never does) cannot.
   */
  static boolean canAct(ProcessHandle process) {
    return process.isAlive() && "ZX".indexOf(state(process)) < 0;
  }

  /** Whether a process was stopped by SIGSTOP. */
  public static boolean isStopped(ProcessHandle process) {
    return process.isAlive() && state(process) == 'T';
  }

  /** The state's letter as Linux tells it; X for a process that is gone, ? where nobody tells. */
  private static char state(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      int state = stat.lastIndexOf(')') + 2;
      return state < stat.length() ? stat.charAt(state) : '?';
    } catch (NoSuchFileException e) {
      return process.isAlive() ? '?' : 'X'; // ended just now, or no Linux
    } catch (IOException e) {
      return 'X'; // ended while its file was read
    }
  }
}
