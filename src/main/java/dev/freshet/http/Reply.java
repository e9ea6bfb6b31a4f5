package dev.freshet.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A reply that is ready to be written.
 *
 * @param headers beyond those that every reply has
 * @param parts the body, in pieces that are written one after the other; not to be modified
 * @param isLastOfConnection whether the connection ends with it, because the request was not read
 *     to its end
 */
record Reply(
    int status, Map<String, String> headers, List<byte[]> parts, boolean isLastOfConnection) {
  private static final String CONTENT_TYPE = "Content-Type";

  static Reply of(int status, String contentType, byte[] body) {
    return of(status, contentType, List.of(body));
  }

  static Reply of(int status, String contentType, List<byte[]> parts) {
    return new Reply(status, Map.of(CONTENT_TYPE, contentType), parts, false);
  }

  static Reply json(int status, Object value) {
    return of(status, "application/json", Json.bytes(value));
  }

  Reply with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Reply(status, more, parts, isLastOfConnection);
  }

  Reply lastOfConnection() {
    return new Reply(status, headers, parts, true);
  }

  /** The body's length. */
  long bytes() {
    long bytes = 0;
    for (byte[] part : parts) {
      bytes += part.length;
    }
    return bytes;
  }
}
