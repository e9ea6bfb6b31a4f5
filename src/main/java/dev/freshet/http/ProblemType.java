package dev.freshet.http;

import java.util.Locale;

/** The kinds of problem documents; {@code docs/http-api.md} says what to do about each. */
enum ProblemType {
  ABSENT_ENTITY(404, "No such entity"),
  UNKNOWN_VIEW(404, "No such view"),
  UNKNOWN_PATH(404, "No such path"),
  MALFORMED_KEY(400, "Malformed key"),
  MALFORMED_PATH(400, "Malformed path"),
  MALFORMED_BODY(400, "Malformed body"),
  BODY_TOO_LARGE(413, "Body too large"),
  BODY_TOO_SLOW(408, "Body too slow"),
  METHOD_NOT_ALLOWED(405, "Method not allowed"),
  LOAD_FAILED(503, "Not in the cache, and cannot be loaded"),
  SERVER_UNAVAILABLE(503, "A server that is needed does not answer"),
  OVERLOADED(503, "Too many requests at once"),
  INTERNAL(500, "Internal error");

  private final int status;
  private final String title;

  ProblemType(int status, String title) {
    this.status = status;
    this.title = title;
  }

  int status() {
    return status;
  }

  String title() {
    return title;
  }

  /** Whether the rest of the request is not worth waiting for. */
  boolean endsConnection() {
    return this == BODY_TOO_LARGE || this == BODY_TOO_SLOW;
  }

  /** The member {@code type} of its documents: an identifier, not an address. */
  String uri() {
    return "urn:freshet:problem:" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
