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
   */
  record Call(
      HttpServerRequest request, Context context, List<String> arguments, Failures failures) {}

  /** Is called on an event loop, before anything of the request's body was read. */
  Future<Reply> handle(Call call);
}
