package dev.freshet.cli.servers;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Talks to a Redis in single lines, on a connection of its own: enough to start and stop it. */
final class RedisLine {
  private static final int CONNECT_MS = 1_000;
  private static final int LINE_BYTES_MAX = 4 << 10;

  private RedisLine() {}

  /**
   * Sends one command, after AUTH if there is a password.
   *
   * @return the reply's first line, or its text if it is a bulk string; empty if the server closed
   *     the connection instead
   */
  static String ask(int port, Optional<String> password, String command, Duration deadline)
      throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(FreePort.address(port), CONNECT_MS);
      socket.setSoTimeout((int) deadline.toMillis());
      if (password.isPresent()) {
        String reply = exchange(socket, "AUTH " + password.get());
        if (!reply.startsWith("+")) {
          return reply;
        }
      }
      return exchange(socket, command);
    }
  }

  private static String exchange(Socket socket, String command) throws IOException {
    socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
    StringBuilder line = new StringBuilder();
    for (int c = socket.getInputStream().read();
        c >= 0 && c != '\r' && line.length() < LINE_BYTES_MAX;
        c = socket.getInputStream().read()) {
      line.append((char) c);
    }
    socket.getInputStream().skip(1);
    if (line.length() > 1 && line.charAt(0) == '$' && line.charAt(1) != '-') {
      int length = Integer.parseInt(line.substring(1));
      return new String(socket.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
    }
    return line.toString();
  }
}
