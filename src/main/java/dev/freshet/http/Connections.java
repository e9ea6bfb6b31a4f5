package dev.freshet.http;

import dev.freshet.lifecycle.OncePerInterval;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the open connections. One above the bound is closed before anything is read from it: a
 * reply would need what is short.
 */
final class Connections implements Handler<HttpConnection> {
  private static final Logger log = LoggerFactory.getLogger("freshet.http");
  private static final Duration WARNING_INTERVAL = Duration.ofSeconds(10);

  private final int max;
  private final Semaphore places;
  private final OncePerInterval warnings = new OncePerInterval(WARNING_INTERVAL, System::nanoTime);

  Connections(int max) {
    this.max = max;
    this.places = new Semaphore(max);
  }

  @Override
  public void handle(HttpConnection connection) {
    if (places.tryAcquire()) {
      connection.closeHandler(closed -> places.release());
      return;
    }
    if (warnings.isDue("connections")) {
      log.warn("{} HTTP connections are open: further ones are closed at once", max);
    }
    connection.close();
  }
}
