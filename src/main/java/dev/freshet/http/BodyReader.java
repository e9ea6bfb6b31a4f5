package dev.freshet.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

/** Reads a request's body, within bounds of size and time and of what is in flight. */
final class BodyReader {
  /** A longer body is refused. */
  static final int BYTES_MAX = 1 << 20;

  private BodyReader() {}

  /**
   * The body; fails with a problem if it is too large, too slow or cut short, or if there is no
   * room for it beside those of other requests. What of it comes after that is thrown away.
   *
   * @param share of what is in flight: holds the body's bytes
   * @param timeMs the body has so long to arrive
   */
  static Future<Buffer> read(
      Vertx vertx, HttpServerRequest request, InFlight.Share share, long timeMs) {
    String length = request.getHeader("Content-Length");
    if (length != null && Long.parseLong(length) > BYTES_MAX) {
      return Future.failedFuture(tooLarge());
    }
    Promise<Buffer> body = Promise.promise();
    Buffer read = Buffer.buffer();
    request.handler(
        chunk -> {
          if (read.length() + chunk.length() > BYTES_MAX) {
            body.tryFail(tooLarge());
          } else if (!share.tryTakeBodyBytes(chunk.length())) {
            body.tryFail(new ProblemException(Failures.tooMuchInFlight()));
          } else {
            read.appendBuffer(chunk);
          }
        });
    request.endHandler(end -> body.tryComplete(read));
    request.exceptionHandler(
        cut ->
            body.tryFail(
                new ProblemException(ProblemType.MALFORMED_BODY, "the body was cut short")));
    long timer =
        vertx.setTimer(
            timeMs,
            late ->
                body.tryFail(
                    new ProblemException(
                        ProblemType.BODY_TOO_SLOW,
                        "the body did not arrive within %d ms".formatted(timeMs))));
    if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
      request.response().writeContinue();
    }
    return body.future()
        .onFailure(refused -> request.handler(rest -> {}))
        .onComplete(read_ -> vertx.cancelTimer(timer));
  }

  private static ProblemException tooLarge() {
    return new ProblemException(
        ProblemType.BODY_TOO_LARGE, "the body may have up to %d bytes".formatted(BYTES_MAX));
  }
}
