package dev.freshet.functional;

import dev.freshet.cli.servers.Signals;
import dev.freshet.servers.FreshetProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

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
    String[] words =
        Stream.concat(Stream.of(arguments), Stream.of("--config", config.toString()))
            .toArray(String[]::new);
    List<String> command =
        FreshetProcess.command(
            List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
            "dev.freshet.cli.Main",
            words);
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
  static void signal(Process process, String name) {
    Signals.send("a daemon", name, List.of(process.toHandle()));
  }

  @Override
  public void close() {
    for (Process process : processes) {
      process.destroyForcibly().onExit().join();
    }
  }
}
