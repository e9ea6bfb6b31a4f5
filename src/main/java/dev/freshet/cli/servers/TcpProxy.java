package dev.freshet.cli.servers;

import dev.freshet.lifecycle.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A network between a client and a server that can be broken.
 *
 * <p>It listens on a free port of 127.0.0.1 and forwards to one target. Silence is what a lost
 * network looks like: connects and writes succeed as long as there is room for them, nothing
 * arrives, nothing is reported; when it ends, everything arrives late and in order, as TCP does it.
 */
public final class TcpProxy implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TcpProxy.class);
  private static final int CHUNK_BYTES = 64 << 10;
  private static final int CHUNKS_MAX = 64;

  private final ThreadFactory threads = Threads.named("tcp-proxy");
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final Set<Integer> probes = ConcurrentHashMap.newKeySet();
  private final Lock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ServerSocket listener;
  private volatile InetSocketAddress target;
  private boolean isSilent;
  private long delayNanos;

  private TcpProxy(String targetHost, int targetPort) throws IOException {
    this.target = InetSocketAddress.createUnresolved(targetHost, targetPort);
    this.listener = new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
  }

  /** Starts a proxy that forwards to a server, which need not be there yet. */
  public static TcpProxy to(String host, int port) {
    try {
      TcpProxy proxy = new TcpProxy(host, port);
      proxy.threads.newThread(proxy::accept).start();
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen", e);
    }
  }

  /** The address that clients connect to. */
  public String host() {
    return "127.0.0.1";
  }

  /** The port that clients connect to. */
  public int port() {
    return listener.getLocalPort();
  }

  /** How many connections go through the proxy now. */
  public int connections() {
    return links.size();
  }

  /** Breaks all connections with a reset, also one that was just made. New ones are forwarded. */
  public void cut() {
    awaitAccepted();
    links.forEach(Link::reset);
  }

  /**
   * Waits until what has connected is known here, by connecting as well: connections are accepted
   * in the order of their arrival.
   */
  private void awaitAccepted() {
    try (Socket probe = new Socket()) {
      probe.bind(new InetSocketAddress(listener.getInetAddress(), 0));
      probes.add(probe.getLocalPort());
      probe.connect(listener.getLocalSocketAddress());
      lock.lock();
      try {
        while (probes.contains(probe.getLocalPort())) {
          changed.awaitUninterruptibly();
        }
      } finally {
        lock.unlock();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the proxy does not listen", e);
    }
  }

  /** Lets nothing through any more, in either direction, and reports nothing. */
  public void goSilent() {
    change(() -> isSilent = true);
  }

  /** Silences the connections of now only, as if the other end had vanished from each. */
  public void silencePresent() {
    awaitAccepted();
    change(() -> links.forEach(link -> link.isSilenced = true));
  }

  /** Ends a silence: what was held back arrives, connections made meanwhile are forwarded. */
  public void resume() {
    change(
        () -> {
          isSilent = false;
          links.forEach(link -> link.isSilenced = false);
        });
  }

  /** Forwards connections that are made from now on to another server; present ones stay. */
  public void leadTo(String host, int port) {
    target = InetSocketAddress.createUnresolved(host, port);
  }

  /** Delays each piece of data from now on, in each direction; 0 ends that. */
  public void delay(long ms) {
    change(() -> delayNanos = Duration.ofMillis(ms).toNanos());
  }

  /** Breaks all connections and takes no more. */
  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the proxy's port", e);
    }
    links.forEach(Link::reset);
  }

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        if (probes.contains(client.getPort())) {
          change(() -> probes.remove(client.getPort()));
          client.close();
          continue;
        }
        Link link = new Link(client);
        links.add(link);
        threads.newThread(link::open).start();
        if (listener.isClosed()) {
          link.reset();
        }
      } catch (IOException e) {
        LOG.debug("the proxy's port closed: {}", e.getMessage());
      }
    }
  }

  /** One client's connection, and the one that is made to the target for it. */
  private final class Link {
    private final Socket client;
    private final Socket target = new Socket();
    private final Pipe there = new Pipe(this);
    private final Pipe back = new Pipe(this);
    private boolean isReset;
    private boolean isSilenced;

    Link(Socket client) {
      this.client = client;
    }

    void open() {
      try {
        if (!awaitSpeech(this)) {
          return;
        }
        client.setTcpNoDelay(true);
        target.setTcpNoDelay(true);
        InetSocketAddress to = TcpProxy.this.target;
        target.connect(new InetSocketAddress(to.getHostString(), to.getPort()));
        threads.newThread(() -> there.read(client)).start();
        threads.newThread(() -> back.read(target)).start();
        threads.newThread(() -> back.write(client)).start();
        there.write(target);
      } catch (IOException e) {
        LOG.debug("no connection to {}: {}", TcpProxy.this.target, e.getMessage());
        reset();
      }
    }

    boolean isReset() {
      return isReset;
    }

    boolean isMute() {
      return isSilent || isSilenced;
    }

    void reset() {
      change(() -> isReset = true);
      links.remove(this);
      abort(client);
      abort(target);
    }

    /** Closes both ends once both directions have ended. */
    void endIfDone() {
      if (there.isDone && back.isDone) {
        links.remove(this);
        closeQuietly(client);
        closeQuietly(target);
      }
    }
  }

  /** Waits for the end of a silence; false if the link was cut before. */
  private boolean awaitSpeech(Link link) {
    lock.lock();
    try {
      while (link.isMute() && !link.isReset()) {
        changed.awaitUninterruptibly();
      }
      return !link.isReset();
    } finally {
      lock.unlock();
    }
  }

  /** One direction of a link: what was read and not yet written, each piece with its time. */
  private final class Pipe {
    private final Link link;
    private final Queue<Chunk> chunks = new ArrayDeque<>();
    private volatile boolean isDone;

    Pipe(Link link) {
      this.link = link;
    }

    /** Reads until the end; an empty chunk stands for it. */
    void read(Socket from) {
      byte[] buffer = new byte[CHUNK_BYTES];
      try {
        int length;
        do {
          length = from.getInputStream().read(buffer);
          byte[] bytes = length < 0 ? new byte[0] : Arrays.copyOf(buffer, length);
          if (!put(bytes)) {
            return;
          }
        } while (length >= 0);
      } catch (IOException e) {
        LOG.debug("a connection through the proxy broke: {}", e.getMessage());
        link.reset();
      }
    }

    private boolean put(byte[] bytes) {
      lock.lock();
      try {
        while (chunks.size() >= CHUNKS_MAX && !link.isReset()) {
          changed.awaitUninterruptibly();
        }
        chunks.add(new Chunk(bytes, System.nanoTime() + delayNanos));
        changed.signalAll();
        return !link.isReset();
      } finally {
        lock.unlock();
      }
    }

    /** Writes what was read when its time has come, until the end. */
    void write(Socket to) {
      try {
        for (byte[] bytes = take(); bytes != null; bytes = take()) {
          if (bytes.length == 0) {
            to.shutdownOutput();
            isDone = true;
            link.endIfDone();
            return;
          }
          to.getOutputStream().write(bytes);
        }
      } catch (IOException e) {
        LOG.debug("a connection through the proxy broke: {}", e.getMessage());
        link.reset();
      }
    }

    private byte @Nullable [] take() {
      lock.lock();
      try {
        while (!link.isReset()) {
          Chunk next = chunks.peek();
          long waitNanos = next == null ? 0 : next.dueNanos - System.nanoTime();
          if (next != null && !link.isMute() && waitNanos <= 0) {
            chunks.remove();
            changed.signalAll();
            return next.bytes;
          }
          if (next == null || link.isMute()) {
            changed.awaitUninterruptibly();
          } else {
            waitNanos = changed.awaitNanos(waitNanos);
          }
        }
        return null;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return null;
      } finally {
        lock.unlock();
      }
    }
  }

  private static final class Chunk {
    private final byte[] bytes;
    private final long dueNanos;

    Chunk(byte[] bytes, long dueNanos) {
      this.bytes = bytes;
      this.dueNanos = dueNanos;
    }
  }

  private static void abort(Socket socket) {
    try {
      if (!socket.isClosed()) {
        socket.setSoLinger(true, 0); // close then sends a reset
      }
    } catch (IOException e) {
      LOG.debug("the other side has closed already: {}", e.getMessage());
    }
    closeQuietly(socket);
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("closing failed: {}", e.getMessage());
    }
  }
}
