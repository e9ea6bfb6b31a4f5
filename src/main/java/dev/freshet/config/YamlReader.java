package dev.freshet.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import com.fasterxml.jackson.dataformat.yaml.snakeyaml.error.Mark;
import com.fasterxml.jackson.dataformat.yaml.snakeyaml.error.MarkedYAMLException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a YAML document into nodes that know their lines.
 *
 * <p>A tree of our own, because a bound object knows neither lines nor duplicate keys nor all of
 * its problems. Aliases ({@code *name}) are refused: a configuration says what it means where it
 * means it.
 */
final class YamlReader {
  private static final YAMLFactory YAML = new YAMLFactory();

  private final String sourceName;
  private final Problems problems;
  private final YAMLParser parser;

  private YamlReader(String sourceName, Problems problems, YAMLParser parser) {
    this.sourceName = sourceName;
    this.problems = problems;
    this.parser = parser;
  }

  /**
   * Reads one document whose top is a mapping. Duplicate keys are noted as problems.
   *
   * @throws ConfigException with file, line and column, if the text is not such a document
   */
  static YamlNode.Mapping read(String yaml, String sourceName, Problems problems) {
    try (YAMLParser parser = YAML.createParser(yaml)) {
      return new YamlReader(sourceName, problems, parser).document();
    } catch (JsonProcessingException e) {
      throw unreadable(sourceName, e);
    } catch (IOException e) {
      throw new UncheckedIOException("reading YAML from memory failed", e);
    }
  }

  private YamlNode.Mapping document() throws IOException {
    JsonToken first = parser.nextToken();
    if (first == null) {
      throw new ConfigException(
          List.of(sourceName + ": is empty; freshet.example.yaml shows what to write"));
    }
    if (first != JsonToken.START_OBJECT) {
      throw refused("a configuration is a mapping; begin with `postgres:`");
    }
    YamlNode.Mapping document = mapping("");
    if (parser.nextToken() != null) {
      throw refused("there is a second document; remove the `---` before it");
    }
    return document;
  }

  private YamlNode node(String path) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      return mapping(path);
    }
    if (token == JsonToken.START_ARRAY) {
      return sequence(path);
    }
    if (parser.isCurrentAlias()) {
      throw refused("the alias `*%s` is not followed; write its value out".formatted(text()));
    }
    return new YamlNode.Scalar(line(), text(), token == JsonToken.VALUE_NULL);
  }

  private YamlNode.Mapping mapping(String path) throws IOException {
    int line = line();
    Map<String, YamlNode.Entry> entries = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      int keyLine = line();
      String keyPath = path.isEmpty() ? key : path + "." + key;
      parser.nextToken();
      YamlNode.Entry entry = new YamlNode.Entry(keyLine, node(keyPath));
      YamlNode.Entry before = entries.putIfAbsent(key, entry);
      if (before != null) {
        problems.add(
            keyLine,
            keyPath,
            "stands here for the second time (first in line %d); keep one"
                .formatted(before.keyLine()));
      }
    }
    return new YamlNode.Mapping(line, entries);
  }

  private YamlNode.Sequence sequence(String path) throws IOException {
    int line = line();
    List<YamlNode> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(node(path + "[" + items.size() + "]"));
    }
    return new YamlNode.Sequence(line, items);
  }

  private String text() throws IOException {
    String text = parser.getText();
    return text == null ? "" : text;
  }

  private int line() {
    return parser.currentTokenLocation().getLineNr();
  }

  private ConfigException refused(String what) {
    return at(sourceName, line(), parser.currentTokenLocation().getColumnNr(), what);
  }

  /**
   * What the YAML library says, without the piece of the file that it quotes: that may be a
   * password. Jackson deprecated these two types because they wrap the other library's, but no
   * others tell the problem apart from the quotation.
   */
  @SuppressWarnings("deprecation")
  private static ConfigException unreadable(String sourceName, JsonProcessingException e) {
    if (e instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
      Mark mark = marked.getProblemMark();
      return at(
          sourceName,
          mark.getLine() + 1,
          mark.getColumn() + 1,
          "this is no YAML: %s; check the indentation, quotes and colons here and in the line before"
              .formatted(marked.getProblem()));
    }
    JsonLocation location = e.getLocation();
    return at(
        sourceName,
        location == null ? 1 : Math.max(1, location.getLineNr()),
        location == null ? 1 : Math.max(1, location.getColumnNr()),
        "this is no YAML that can be read; check the value after this place, and put it into quotes");
  }

  private static ConfigException at(String sourceName, int line, int column, String what) {
    return new ConfigException(List.of("%s:%d:%d: %s".formatted(sourceName, line, column, what)));
  }
}
