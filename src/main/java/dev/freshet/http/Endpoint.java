package dev.freshet.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;

/** What answers the requests of one route. */
interface Endpoint {

  /**
   * One request.
   *
   * @param context where its futures are to be completed
   * @param arguments the segments of the path that the route leaves open, in order
   * @param failures turns what fails into problems
   * @param share of what is in flight, given back when the request is answered
   */
  record Call(
      HttpServerRequest request,
      Context context,
      List<String> arguments,
      Failures failures,
      InFlight.Share share) {}

  /** Is called on an event loop, before anything of the request's body was read. */
  Future<Reply> handle(Call call);
}
