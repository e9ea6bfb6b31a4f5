package dev.freshet.functional;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The program {@code freshet}, run as processes of their own; all are killed at the end. */
final class FreshetProcesses implements AutoCloseable {
  private final Path directory;
  private final List<Process> processes = new ArrayList<>();

  /**
   * @param directory for configurations and what the processes print
   */
  FreshetProcesses(Path directory) {
    this.directory = directory;
  }

  Process start(String yaml, String... arguments) throws IOException {
    Path config =
        Files.writeString(directory.resolve("freshet-%d.yaml".formatted(processes.size())), yaml);
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.freshet.cli.Main"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--config", config.toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output()))
            .start();
    processes.add(process);
    return process;
  }

  private File output() {
    return directory.resolve("output").toFile();
  }

  /** What all of them have printed. */
  String printed() throws IOException {
    return Files.readString(output().toPath());
  }

  /** Sends a signal, as {@code STOP}. */
  static void signal(Process process, String name) throws IOException, InterruptedException {
    int code =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    if (code != 0) {
      throw new IOException("kill -%s ended with %d".formatted(name, code));
    }
  }

  @Override
  public void close() {
    for (Process process : processes) {
      process.destroyForcibly().onExit().join();
    }
  }
}
