package dev.freshet.cli.servers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A port of 127.0.0.1 that nobody listens on.
 *
 * <p>Not one of those that the system gives to outgoing connections: while a server is down, a
 * client that tries it again and again could be given the server's own port, connect to itself, and
 * keep the server from coming back.
 */
public final class FreePort {
  private static final int FIRST = 15_000;
  private static final int LAST = 32_000;
  private static final int TRIES = 1_000;
  private static final Path OUTGOING_RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

  private FreePort() {}

  /** A free port; somebody else can still take it before it is used. */
  public static int next() {
    int last = Math.max(FIRST + 1_000, Math.min(LAST, firstOutgoing() - 1));
    for (int i = 0; i < TRIES; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, last + 1);
      if (isFree(port)) {
        return port;
      }
    }
    throw new ServerFailedException(
        "no free port found on 127.0.0.1 between %d and %d".formatted(FIRST, last));
  }

  /** Whether a server could listen on this port of 127.0.0.1 now. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(address(port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** A port of 127.0.0.1, also in a JVM that prefers IPv6. */
  static InetSocketAddress address(int port) throws UnknownHostException {
    return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
  }

  private static int firstOutgoing() {
    try {
      return Integer.parseInt(Files.readString(OUTGOING_RANGE).strip().split("\\s+", 2)[0]);
    } catch (IOException | NumberFormatException e) {
      return LAST + 1; // no Linux: the usual range begins at 49152
    }
  }
}
