package dev.freshet.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Reads which commands a Redis runs, in their order, by its command MONITOR. */
final class Monitor implements AutoCloseable {
  private final Socket socket;
  private final BufferedReader lines;

  Monitor(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(10_000);
    lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    socket.getOutputStream().write("MONITOR\r\n".getBytes(UTF_8));
    if (!"+OK".equals(lines.readLine())) {
      throw new IOException("MONITOR was refused");
    }
  }

  /** The names of the commands up to the first of this name. */
  List<String> commandsUntil(String last) throws IOException {
    List<String> names = new ArrayList<>();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      names.add(line.replaceAll("^[^\"]*\"([A-Za-z]+)\".*", "$1"));
      if (names.get(names.size() - 1).equals(last)) {
        return names;
      }
    }
    throw new IOException("the monitor ended before " + last);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
