package dev.freshet.codec.times;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.codec.packed.Document;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Where in a document arrays of numbers are, or columns of alike objects that are numbers.
 *
 * @param integers whether the array at each path holds nothing else
 */
record NumberPaths(List<String> paths, List<Boolean> integers) {
  private static final ObjectMapper JACKSON = new ObjectMapper();

  static NumberPaths of(byte[] json) {
    Map<String, Boolean> found = new LinkedHashMap<>();
    try {
      collect(JACKSON.readTree(json), "", false, found);
    } catch (IOException e) {
      throw new UncheckedIOException("a document is no JSON", e);
    }
    return new NumberPaths(List.copyOf(found.keySet()), new ArrayList<>(found.values()));
  }

  private static void collect(
      JsonNode value, String path, boolean isInArray, Map<String, Boolean> found) {
    if (value.isObject()) {
      for (Map.Entry<String, JsonNode> member : value.properties()) {
        String name = (path.isEmpty() ? "\"" : ".\"") + member.getKey() + '"';
        collect(member.getValue(), path + name, isInArray, found);
      }
    } else if (value.isArray()) {
      value.forEach(element -> collect(element, path, true, found));
    } else if (isInArray && value.isNumber()) {
      found.merge(path, value.isIntegralNumber(), Boolean::logicalAnd);
    }
  }

  /** Takes each array out of the document. */
  void read(Document document, Consumer<Object> taker) {
    for (int i = 0; i < paths.size(); i++) {
      String path = paths.get(i);
      taker.accept(integers.get(i) ? document.longs(path) : document.floats(path));
    }
  }
}
