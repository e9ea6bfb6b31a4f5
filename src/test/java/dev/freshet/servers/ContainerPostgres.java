package dev.freshet.servers;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A Postgres that runs in a container. */
final class ContainerPostgres implements PostgresServer {
  private static final int PORT = 5432;
  private static final String PASSWORD = "only-for-tests";

  private final ServerContainer container;

  ContainerPostgres(Map<String, String> settings) {
    List<String> command = new ArrayList<>(List.of("postgres"));
    settings.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
    this.container =
        new ServerContainer(
                ServerContainer.image(
                    "FRESHET_TEST_POSTGRES_IMAGE", "postgres:17-alpine", "postgres"),
                PORT,
                ignored -> answers())
            .withEnv("POSTGRES_PASSWORD", PASSWORD)
            .withCommand(command.toArray(String[]::new));
    container.start();
  }

  private boolean answers() throws Exception {
    try (Connection connection = connect("postgres")) {
      return connection.isValid(1);
    }
  }

  @Override
  public String host() {
    return container.getHost();
  }

  @Override
  public int port() {
    return container.hostPort();
  }

  @Override
  public String user() {
    return "postgres";
  }

  @Override
  public String password() {
    return PASSWORD;
  }

  @Override
  public void start() {
    container.startAgain();
  }

  @Override
  public void stop() {
    container.stopServer();
  }

  @Override
  public void kill() {
    container.kill();
  }

  @Override
  public void pause() {
    container.pause();
  }

  @Override
  public void resume() {
    container.resume();
  }

  @Override
  public void close() {
    container.close();
  }

  @Override
  public String toString() {
    return "Postgres in a container, on port " + port();
  }
}
