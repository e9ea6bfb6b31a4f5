package dev.freshet.http;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.Semaphore;

/**
 * Takes every request from its route to its written reply. The bound on requests in flight, and
 * what becomes of failures, are decided here and nowhere else.
 *
 * <p>Health checks and metrics are not counted: they must answer when nothing else does.
 */
final class RequestHandler implements Handler<HttpServerRequest> {
  private static final String COUNTED = "/v1/";

  private final Vertx vertx;
  private final Routes routes;
  private final Semaphore slots;

  RequestHandler(Vertx vertx, Routes routes, int requestsInFlightMax) {
    this.vertx = vertx;
    this.routes = routes;
    this.slots = new Semaphore(requestsInFlightMax);
  }

  @Override
  public void handle(HttpServerRequest request) {
    boolean isCounted = request.path().startsWith(COUNTED);
    if (isCounted && !slots.tryAcquire()) {
      Problem overloaded = Failures.overloaded("too many requests are in flight already");
      write(request, overloaded.reply(request.path()));
      return;
    }
    Failures failures = new Failures(request.method().name(), request.path());
    reply(request, failures)
        .recover(failure -> Future.succeededFuture(failures.problem(failure).reply(request.path())))
        .compose(reply -> write(request, reply))
        .onComplete(
            done -> {
              if (isCounted) {
                slots.release();
              }
            });
  }

  /** An Error counts as a failure too: whatever happens, the request is answered. */
  private Future<Reply> reply(HttpServerRequest request, Failures failures) {
    try {
      Routes.Match match = routes.match(request.method().name(), request.path());
      return match
          .endpoint()
          .handle(
              new Endpoint.Call(request, vertx.getOrCreateContext(), match.arguments(), failures));
    } catch (Throwable failure) {
      return Future.failedFuture(failure);
    }
  }

  private Future<Void> write(HttpServerRequest request, Reply reply) {
    return new ReplyWriter(vertx, request, reply).write();
  }
}
