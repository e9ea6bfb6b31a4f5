package dev.freshet.redis;

import dev.freshet.lifecycle.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Something between client and server that goes over to another server without telling the client:
 * its connection stays open.
 */
final class SwitchingProxy implements AutoCloseable {
  private final ServerSocket listening;
  private final ExecutorService threads = Executors.newCachedThreadPool(Threads.named("proxy"));
  private final List<Link> links = new ArrayList<>();
  private int target;

  SwitchingProxy(int target) {
    this.target = target;
    try {
      this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.execute(this::acceptAll);
  }

  String url() {
    return "redis://127.0.0.1:" + listening.getLocalPort();
  }

  /** Leads all connections, the present ones too, to another port. */
  synchronized void switchTo(int port) throws IOException {
    target = port;
    for (Link link : links) {
      link.connectTo(port);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    listening.close();
    for (Link link : links) {
      link.client.close();
      link.server.close();
    }
    threads.shutdownNow();
  }

  private void acceptAll() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        synchronized (this) {
          Link link = new Link(client, new Socket(InetAddress.getLoopbackAddress(), target));
          links.add(link);
          threads.execute(link::requests);
          threads.execute(() -> link.replies(link.server));
        }
      } catch (IOException e) {
        // The proxy was closed, or a client gave up while it connected.
      }
    }
  }

  private final class Link {
    private final Socket client;
    private volatile Socket server;

    private Link(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    private void connectTo(int port) throws IOException {
      Socket before = server;
      Socket after = new Socket(InetAddress.getLoopbackAddress(), port);
      server = after;
      before.close();
      threads.execute(() -> replies(after));
    }

    private void requests() {
      try (client) {
        InputStream requests = client.getInputStream();
        byte[] buffer = new byte[8192];
        for (int n = requests.read(buffer); n >= 0; n = requests.read(buffer)) {
          server.getOutputStream().write(buffer, 0, n);
        }
      } catch (IOException e) {
        // One of both ends is gone, and with it this direction.
      }
    }

    private void replies(Socket from) {
      try {
        InputStream replies = from.getInputStream();
        OutputStream out = client.getOutputStream();
        byte[] buffer = new byte[8192];
        for (int n = replies.read(buffer); n >= 0; n = replies.read(buffer)) {
          out.write(buffer, 0, n);
        }
      } catch (IOException e) {
        // One of both ends is gone, and with it this direction.
      }
    }
  }
}
