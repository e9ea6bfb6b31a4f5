package dev.freshet.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/** Reads the body of a batch: {@code {"keys": ["1", "2"]}}. */
final class BatchRequest {
  /** At most so many keys in one batch. */
  static final int KEYS_MAX = 1_000;

  private static final String FORM =
      "the body is {\"keys\": [\"…\"]} with 1 to " + KEYS_MAX + " keys";

  private BatchRequest() {}

  /**
   * The keys that are asked for, each once, in the order of the request.
   *
   * @throws ProblemException if the body is of another form
   */
  static Set<String> keys(byte[] body) {
    JsonNode root = parsed(body);
    JsonNode keys = root.get("keys");
    if (keys == null || !keys.isArray()) {
      throw malformed(root.isObject() ? "it has no array `keys`" : "it is no JSON object");
    }
    for (Iterator<String> names = root.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!name.equals("keys")) {
        throw malformed("it has an unknown property `" + name + "`");
      }
    }
    if (keys.isEmpty() || keys.size() > KEYS_MAX) {
      throw malformed("it has " + keys.size() + " keys");
    }
    Set<String> texts = new LinkedHashSet<>();
    for (int i = 0; i < keys.size(); i++) {
      JsonNode key = keys.get(i);
      if (!key.isTextual()) {
        throw malformed("keys[%d] is no string; write \"7\" for 7".formatted(i));
      }
      if (!isUnicode(key.textValue())) {
        throw malformed("keys[%d] has half of a surrogate pair".formatted(i));
      }
      texts.add(key.textValue());
    }
    return texts;
  }

  private static JsonNode parsed(byte[] body) {
    try {
      return Json.MAPPER.readTree(body);
    } catch (JsonProcessingException e) {
      throw malformed("it is no JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw malformed("it is no JSON in UTF-8");
    }
  }

  private static boolean isUnicode(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isHighSurrogate(text.charAt(i))
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static ProblemException malformed(String why) {
    return new ProblemException(ProblemType.MALFORMED_BODY, FORM + "; " + why);
  }
}
