package dev.freshet.cli.demo;

import dev.freshet.cli.servers.FreePort;
import java.util.OptionalInt;

/** The port that the demo serves HTTP on. */
public final class HttpPort {
  private static final int USUAL = 8080;

  private HttpPort() {}

  /**
   * A port of 127.0.0.1 that is free now: the one asked for, else 8080, else any.
   *
   * @param wanted 0 for any
   * @return 0 for any, which only who listens can find; empty if the one asked for cannot be
   *     listened on
   */
  public static OptionalInt find(OptionalInt wanted) {
    if (wanted.isEmpty()) {
      return OptionalInt.of(FreePort.isFree(USUAL) ? USUAL : 0);
    }
    int port = wanted.getAsInt();
    return port == 0 || FreePort.isFree(port) ? wanted : OptionalInt.empty();
  }
}
