package dev.freshet.http;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong with a request or a part of it, as a problem document (RFC 9457) says it.
 *
 * @param detail one sentence: what failed, on what, what to do
 * @param headers of a reply that consists of this problem
 * @param members beyond those that every problem document has
 */
record Problem(
    ProblemType type, String detail, Map<String, String> headers, Map<String, String> members) {

  static Problem of(ProblemType type, String detail) {
    return new Problem(type, detail, Map.of(), Map.of());
  }

  /** The same problem, with the time after which it makes sense to ask again. */
  Problem retryAfter(Duration wait) {
    long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
    return header("Retry-After", Long.toString(seconds));
  }

  Problem header(String name, String value) {
    return new Problem(type, detail, with(headers, name, value), members);
  }

  Problem member(String name, String value) {
    return new Problem(type, detail, headers, with(members, name, value));
  }

  /**
   * The document's members, in order.
   *
   * @param instance the path of the request; null for a part of a reply
   */
  Map<String, Object> document(@Nullable String instance) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("type", type.uri());
    document.put("title", type.title());
    document.put("status", type.status());
    document.put("detail", detail);
    if (instance != null) {
      document.put("instance", instance);
    }
    document.putAll(members);
    return document;
  }

  Reply reply(String instance) {
    Reply reply =
        Reply.of(type.status(), "application/problem+json", Json.bytes(document(instance)));
    for (Map.Entry<String, String> header : headers.entrySet()) {
      reply = reply.with(header.getKey(), header.getValue());
    }
    return type.endsConnection() ? reply.lastOfConnection() : reply;
  }

  private static Map<String, String> with(Map<String, String> map, String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(map);
    more.put(name, value);
    return more;
  }
}
