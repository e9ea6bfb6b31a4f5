package dev.freshet.servers;

import dev.freshet.cli.servers.LocalPostgres;
import java.util.Map;

/** A Postgres that runs as a local process. */
final class LocalPostgresServer implements PostgresServer {
  private final LocalPostgres postgres;

  LocalPostgresServer(Map<String, String> settings) {
    this.postgres = LocalPostgres.start(settings);
  }

  @Override
  public String host() {
    return "127.0.0.1";
  }

  @Override
  public int port() {
    return postgres.port();
  }

  @Override
  public String user() {
    return postgres.user();
  }

  @Override
  public String password() {
    return postgres.password();
  }

  @Override
  public void start() {
    postgres.start();
  }

  @Override
  public void stop() {
    postgres.stop();
  }

  @Override
  public void kill() {
    postgres.kill();
  }

  @Override
  public void pause() {
    postgres.pause();
  }

  @Override
  public void resume() {
    postgres.resume();
  }

  @Override
  public void close() {
    postgres.close();
  }

  @Override
  public String toString() {
    return postgres.toString();
  }
}
