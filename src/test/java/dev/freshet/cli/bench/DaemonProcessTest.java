package dev.freshet.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DaemonProcessTest {
  @Test
  void theJvmThatIsMeasuredHasTheOptionsOfTheService() throws IOException {
    assertThat(Files.readString(Path.of("packaging", "freshet.service")))
        .contains("FRESHET_JAVA_OPTS=" + String.join(" ", DaemonProcess.JVM_OPTIONS) + " ");
  }
}
