package dev.freshet.http;

import dev.freshet.loading.Feature;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds the reply to a batch, {@code {"features": {"key": {…}, …}}}. Documents are put in as they
 * are, neither parsed nor copied.
 */
final class BatchReply {
  private final List<byte[]> parts = new ArrayList<>();
  private final StringBuilder pending = new StringBuilder("{\"features\":{");
  private boolean hasFeatures;

  /** Adds what was found for a key. */
  void add(String key, Feature feature) {
    begin(key);
    pending.append("\"source\":\"").append(feature.source()).append('"');
    if (feature.mayBeBehind()) {
      pending.append(",\"behind\":true");
    }
    feature
        .jsonUtf8()
        .ifPresentOrElse(
            document -> {
              pending.append(",\"document\":");
              flush();
              parts.add(document);
            },
            () -> pending.append(",\"absent\":true"));
    pending.append('}');
  }

  /** Adds why nothing was found for a key. */
  void add(String key, Problem problem) {
    begin(key);
    pending
        .append("\"error\":")
        .append(new String(Json.bytes(problem.document(null)), StandardCharsets.UTF_8))
        .append('}');
  }

  /** The reply; nothing can be added after it. */
  Reply reply() {
    pending.append("}}");
    flush();
    return Reply.of(200, "application/json", parts);
  }

  private void begin(String key) {
    if (hasFeatures) {
      pending.append(',');
    }
    hasFeatures = true;
    pending.append('"').append(Json.escaped(key)).append("\":{");
  }

  private void flush() {
    parts.add(pending.toString().getBytes(StandardCharsets.UTF_8));
    pending.setLength(0);
  }
}
