package dev.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.servers.ExpectedLog;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Runs the checker for three minutes, with one fault of each kind. */
@ExpectedLog("load failed kind=postgres_away")
@ExpectedLog(ExpectedLog.DRIVER_WAS_CUT_OFF)
class ConsistencyBenchIT {

  @Test
  void someFaultsHappenAndNothingIsLost() throws IOException {
    StringWriter out = new StringWriter();
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    int code =
        commandLine.execute(
            "bench",
            "consistency",
            "--faults",
            "daemon-killed,postgres-killed,redis-restored,loaders-to-redis-cut",
            "--seconds",
            "120",
            "--read-rate",
            "20000",
            "--seed",
            "1");
    JsonNode report = new ObjectMapper().readTree(out.toString());

    assertThat(report.path("firstViolations")).as("%s", report).isEmpty();
    assertThat(code).as("%s", report).isEqualTo(ExitCode.DONE);
    assertThat(report.path("passed").asBoolean()).isTrue();
    assertThat(report.path("checked").path("reads").asLong()).isGreaterThan(1_000_000);
    assertThat(report.path("episodes")).hasSize(4);
    for (JsonNode episode : report.path("episodes")) {
      assertThat(episode.path("evidence")).as("%s", episode).hasSize(1);
      assertThat(episode.path("recoveryMs").asLong()).as("%s", episode).isPositive();
      assertThat(episode.path("keysComparedInRedis").asInt()).as("%s", episode).isPositive();
    }
  }
}
