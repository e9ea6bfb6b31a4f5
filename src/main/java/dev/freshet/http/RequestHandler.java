package dev.freshet.http;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;

/**
 * Takes every request from its route to its written reply. What is in flight, and what becomes of
 * failures, are decided here and nowhere else.
 *
 * <p>Health checks and metrics are not counted: they must answer when nothing else does.
 */
final class RequestHandler implements Handler<HttpServerRequest> {
  private static final String COUNTED = "/v1/";

  private final Vertx vertx;
  private final Routes routes;
  private final InFlight inFlight;

  RequestHandler(Vertx vertx, Routes routes, HttpBounds bounds) {
    this.vertx = vertx;
    this.routes = routes;
    this.inFlight = new InFlight(bounds);
  }

  @Override
  public void handle(HttpServerRequest request) {
    InFlight.Share share = inFlight.share();
    if (request.path().startsWith(COUNTED) && !share.tryTakeKeys(1)) {
      write(request, Failures.tooMuchInFlight().reply(request.path()));
      return;
    }
    Failures failures = new Failures(request.method().name(), request.path());
    reply(request, failures, share)
        .recover(failure -> Future.succeededFuture(failures.problem(failure).reply(request.path())))
        .compose(reply -> write(request, reply))
        .onComplete(done -> share.giveBack());
  }

  /** An Error counts as a failure too: whatever happens, the request is answered. */
  private Future<Reply> reply(HttpServerRequest request, Failures failures, InFlight.Share share) {
    try {
      Routes.Match match = routes.match(request.method().name(), request.path());
      return match
          .endpoint()
          .handle(
              new Endpoint.Call(
                  request, vertx.getOrCreateContext(), match.arguments(), failures, share));
    } catch (Throwable failure) {
      return Future.failedFuture(failure);
    }
  }

  private Future<Void> write(HttpServerRequest request, Reply reply) {
    return new ReplyWriter(vertx, request, reply).write();
  }
}
