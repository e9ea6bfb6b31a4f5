package dev.freshet.cli.demo;

import dev.freshet.cli.servers.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.OptionalInt;

/** The port that the demo serves HTTP on. */
public final class HttpPort {
  private static final int USUAL = 8080;

  private HttpPort() {}

  /**
   * A port of 127.0.0.1 that is free now: the one asked for, else 8080, else any.
   *
   * @param wanted 0 for any
   * @return empty if that cannot be listened on
   */
  public static OptionalInt find(OptionalInt wanted) {
    int port = wanted.orElse(isFree(USUAL) ? USUAL : 0);
    if (port == 0) {
      return OptionalInt.of(FreePort.next());
    }
    return isFree(port) ? OptionalInt.of(port) : OptionalInt.empty();
  }

  private static boolean isFree(int port) {
    byte[] loopback = {127, 0, 0, 1};
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByAddress(loopback), port));
      return true;
    } catch (IOException e) {
      return false; // taken, or not for this user
    }
  }
}
