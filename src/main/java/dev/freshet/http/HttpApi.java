package dev.freshet.http;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerConfig;
import io.vertx.core.http.HttpVersion;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the read-through loader over HTTP/1.1.
 *
 * <p>Two event loops handle all connections. The bounds: {@link HttpBounds} for all requests
 * together; for each the size of its first line, headers and body, the time its body takes, and how
 * long its connection may be idle.
 */
public final class HttpApi implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger("freshet.http");

  private static final int EVENT_LOOPS = 2;
  private static final int EVICTION_THREADS = 2;
  private static final int EVICTIONS_WAITING_MAX = 1_000;
  private static final int OPERATION_THREADS = 1;
  private static final int OPERATIONS_WAITING_MAX = 100;

  /** A key of 1 KiB, each of whose bytes is percent-encoded, fits. */
  private static final int FIRST_LINE_BYTES_MAX = 16 * 1024;

  private static final int HEADER_BYTES_MAX = 16 * 1024;
  private static final Duration IDLE = Duration.ofSeconds(60);

  /** How long open requests may go on after {@link #close()} was called. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private static final Duration START_DEADLINE = Duration.ofSeconds(10);
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);

  private final HttpListen listen;
  private final Features features;
  private final Evictions evictions;
  private final Health health;
  private final Telemetry telemetry;
  private final Connections connections;
  private final List<HttpServer> servers = new CopyOnWriteArrayList<>();
  private @Nullable Running running;

  /** What exists between start and close. */
  private record Running(Vertx vertx, BlockingCalls evictionCalls, BlockingCalls operationCalls) {}

  public HttpApi(
      HttpListen listen,
      Features features,
      Evictions evictions,
      Health health,
      Telemetry telemetry) {
    this.listen = listen;
    this.features = features;
    this.evictions = evictions;
    this.health = health;
    this.telemetry = telemetry;
    this.connections = new Connections(listen.bounds().connectionsMax());
  }

  /**
   * Starts to listen.
   *
   * @return the port that it listens on
   * @throws ListenFailedException if it cannot
   */
  public synchronized int start() {
    if (running != null) {
      throw new IllegalStateException("the HTTP interface is started already");
    }
    InetAddress address = address();
    Running starting =
        new Running(
            Vertx.vertx(vertxOptions()),
            new BlockingCalls("http-eviction", EVICTION_THREADS, EVICTIONS_WAITING_MAX),
            new BlockingCalls("http-operation", OPERATION_THREADS, OPERATIONS_WAITING_MAX));
    running = starting;
    RequestHandler handler =
        new RequestHandler(starting.vertx(), routes(starting), listen.bounds());
    try {
      await(
          starting
              .vertx()
              .deployVerticle(
                  () -> new Listener(address, handler),
                  new DeploymentOptions().setInstances(EVENT_LOOPS)),
          START_DEADLINE);
    } catch (CompletionException e) {
      close();
      throw listenFailed(e.getCause() == null ? e : e.getCause());
    }
    return servers.get(0).actualPort();
  }

  /** Takes no further requests, gives open ones 2 s, then ends. Does nothing if not started. */
  @Override
  public synchronized void close() {
    Running closing = running;
    running = null;
    if (closing == null) {
      return;
    }
    try {
      await(
          Future.join(servers.stream().map(server -> server.shutdown(GRACE)).toList()),
          CLOSE_DEADLINE);
    } catch (CompletionException e) {
      log.warn("open HTTP requests could not be ended in order", e.getCause());
    }
    servers.clear();
    closing.evictionCalls().close();
    closing.operationCalls().close();
    try {
      await(closing.vertx().close(), CLOSE_DEADLINE);
    } catch (CompletionException e) {
      log.warn("the HTTP interface did not end within {}", CLOSE_DEADLINE, e.getCause());
    }
  }

  private Routes routes(Running running) {
    Routes routes = new Routes();
    new FeatureEndpoints(running.vertx(), features, evictions, running.evictionCalls())
        .addTo(routes);
    new OperationEndpoints(health, telemetry, running.operationCalls()).addTo(routes);
    return routes;
  }

  /** No look-up of names, no files: Vert.x shall only serve. */
  private static VertxOptions vertxOptions() {
    return new VertxOptions()
        .setEventLoopPoolSize(EVENT_LOOPS)
        .setWorkerPoolSize(1)
        .setInternalBlockingPoolSize(1)
        .setUseDaemonThread(true)
        .setFileSystemOptions(
            new FileSystemOptions()
                .setFileCachingEnabled(false)
                .setClassPathResolvingEnabled(false));
  }

  private static HttpServerConfig serverConfig() {
    return new HttpServerConfig()
        .setVersions(HttpVersion.HTTP_1_0, HttpVersion.HTTP_1_1)
        .setIdleTimeout(IDLE)
        .setHttp1Config(
            new Http1ServerConfig()
                .setMaxInitialLineLength(FIRST_LINE_BYTES_MAX)
                .setMaxHeaderSize(HEADER_BYTES_MAX));
  }

  private InetAddress address() {
    try {
      return InetAddress.getByName(listen.host());
    } catch (UnknownHostException e) {
      throw new ListenFailedException(
          listen, "set http.listen to a name or an address of this machine", e);
    }
  }

  private ListenFailedException listenFailed(Throwable cause) {
    boolean isTaken =
        cause instanceof BindException && String.valueOf(cause.getMessage()).contains("in use");
    return new ListenFailedException(
        listen,
        isTaken
            ? "stop what listens there, or set http.listen to another port (0 takes a free one)"
            : "set http.listen to an address and a port that this process may listen on",
        cause);
  }

  private static <T> T await(Future<T> future, Duration deadline) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(deadline.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    } catch (TimeoutException e) {
      throw new CompletionException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CompletionException(e);
    }
  }

  /** One event loop's share of the server: both listen on the same socket. */
  private final class Listener extends VerticleBase {
    /** What Vert.x calls a free port that listeners share. */
    private static final int ANY_PORT = -1;

    private final InetAddress address;
    private final RequestHandler handler;

    Listener(InetAddress address, RequestHandler handler) {
      this.address = address;
      this.handler = handler;
    }

    @Override
    public Future<?> start() {
      HttpServer server =
          vertx
              .createHttpServer(serverConfig())
              .connectionHandler(connections)
              .requestHandler(handler);
      servers.add(server);
      Thread.currentThread().setName("freshet-http-" + servers.size());
      return server.listen(listen.port() == 0 ? ANY_PORT : listen.port(), address.getHostAddress());
    }
  }
}
