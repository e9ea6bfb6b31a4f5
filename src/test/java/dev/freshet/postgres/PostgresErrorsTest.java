package dev.freshet.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PostgresErrorsTest {

  private static RuntimeException thrownIn(String... classes) {
    RuntimeException e = new NullPointerException("byteBufs");
    StackTraceElement[] trace = new StackTraceElement[classes.length];
    for (int i = 0; i < classes.length; i++) {
      trace[i] = new StackTraceElement(classes[i], "method", null, 1);
    }
    e.setStackTrace(trace);
    return e;
  }

  @Test
  void anExceptionFromWithinTheDriverIsABrokenConnection() {
    Optional<SQLException> meant =
        PostgresErrors.ifDriverFailed(
            thrownIn(
                "io.netty.buffer.Unpooled",
                "com.impossibl.postgres.protocol.v30.ProtocolImpl",
                "com.zaxxer.hikari.pool.HikariProxyResultSet",
                "dev.freshet.postgres.PostgresFeatureSource"));
    assertThat(meant).isPresent();
    assertThat(PostgresErrors.state(meant.get())).isEqualTo("08006");
    assertThat(PostgresErrors.isStatementAtFault(meant.get())).isFalse();
    assertThat(meant.get().getMessage()).contains("byteBufs");
  }

  @Test
  void anExceptionOfOursIsNone() {
    assertThat(
            PostgresErrors.ifDriverFailed(
                thrownIn(
                    "java.util.Objects",
                    "dev.freshet.postgres.PostgresFeatureSource",
                    "com.impossibl.postgres.jdbc.PGDirectConnection")))
        .isEmpty();
  }
}
