package dev.freshet.cli.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;

/** Tells on standard error how far a benchmark is, if that is a terminal. */
public final class Progress {
  private final Optional<PrintWriter> terminal;

  private Progress(Optional<PrintWriter> terminal) {
    this.terminal = terminal;
  }

  /**
   * Progress on a writer if the process' standard error is a terminal, else nowhere.
   *
   * @param err writes to standard error
   */
  public static Progress on(PrintWriter err) {
    return new Progress(isTerminal() ? Optional.of(err) : Optional.empty());
  }

  /** Java knows only whether input and output are one, so {@code test} is asked. */
  private static boolean isTerminal() {
    try {
      return new ProcessBuilder("test", "-t", "2")
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // a system without `test`
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Shows a line in the place of the one before. */
  public void show(String line) {
    terminal.ifPresent(
        out -> {
          out.print("\r\033[K" + line);
          out.flush();
        });
  }

  /** Takes the last line away. */
  public void clear() {
    show("");
  }
}
