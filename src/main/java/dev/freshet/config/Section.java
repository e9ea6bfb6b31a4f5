package dev.freshet.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A mapping of the configuration and where it stands: hands out its values, and notes as problems
 * those that are missing, cannot be read, or were never asked for.
 *
 * <p>A faulty value is noted and then treated as missing, so that reading goes on and finds the
 * next problem.
 */
final class Section {

  /** What all sections of one configuration share. */
  private record Reading(Problems problems, Environment environment, List<Section> sections) {}

  private final Reading reading;
  private final String path;
  private final int line;
  private final Map<String, YamlNode.Entry> entries;
  private final Set<String> known = new LinkedHashSet<>();
  private final Set<String> refused = new HashSet<>();

  private Section(Reading reading, String path, int line, YamlNode.Mapping node) {
    this.reading = reading;
    this.path = path;
    this.line = line;
    this.entries = node.entries();
    reading.sections.add(this);
  }

  /** The top of a configuration. */
  static Section top(YamlNode.Mapping document, Problems problems, Environment environment) {
    return new Section(
        new Reading(problems, environment, new ArrayList<>()), "", document.line(), document);
  }

  /**
   * A value that may be missing.
   *
   * @param reader from text to value; throws {@link IllegalArgumentException} with what is wrong
   *     and what to do
   */
  <T> Optional<T> optional(String key, Function<String, T> reader) {
    return entry(key).flatMap(entry -> scalar(entry.keyLine(), pathOf(key), entry.value(), reader));
  }

  /** A value that has a default. */
  <T> T orDefault(String key, Function<String, T> reader, T otherwise) {
    return optional(key, reader).orElse(otherwise);
  }

  /**
   * A value that must be there.
   *
   * @param example of a line that would do
   */
  <T> Optional<T> required(String key, Function<String, T> reader, String example) {
    refuseMissing(key, example);
    return optional(key, reader);
  }

  /** A list of values; empty if it is missing. */
  <T> List<T> list(String key, Function<String, T> reader) {
    List<T> values = new ArrayList<>();
    List<YamlNode> items = items(key);
    for (int i = 0; i < items.size(); i++) {
      YamlNode item = items.get(i);
      scalar(item.line(), pathOf(key) + "[" + i + "]", item, reader).ifPresent(values::add);
    }
    return values;
  }

  /** The section under a key. */
  Optional<Section> section(String key) {
    return entry(key).flatMap(entry -> mapping(entry.keyLine(), pathOf(key), entry.value()));
  }

  /**
   * The section under a key that must be there.
   *
   * @param example of a line that would do
   */
  Optional<Section> requiredSection(String key, String example) {
    refuseMissing(key, example);
    return section(key);
  }

  /** A list of sections; empty if it is missing. */
  List<Section> sections(String key) {
    List<Section> sections = new ArrayList<>();
    List<YamlNode> items = items(key);
    for (int i = 0; i < items.size(); i++) {
      YamlNode item = items.get(i);
      mapping(item.line(), pathOf(key) + "[" + i + "]", item).ifPresent(sections::add);
    }
    return sections;
  }

  /** Every key of this section and the section under it, in the order written. */
  Map<String, Section> named() {
    Map<String, Section> sections = new LinkedHashMap<>();
    for (String key : entries.keySet()) {
      section(key).ifPresent(section -> sections.put(key, section));
    }
    return sections;
  }

  /** Every key of this section and its value, in the order written. */
  <T> Map<String, T> values(Function<String, T> reader) {
    Map<String, T> values = new LinkedHashMap<>();
    for (String key : entries.keySet()) {
      optional(key, reader).ifPresent(value -> values.put(key, value));
    }
    return values;
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Whether a key is written here, whatever it holds. */
  boolean has(String key) {
    return entry(key).isPresent();
  }

  /** Refuses a key that this version knows of but does not serve. */
  void refuse(String key, String why) {
    if (entries.containsKey(key)) {
      refused.add(key);
      problem(key, why);
    }
  }

  /** Notes a problem with what a key holds. */
  void problem(String key, String what) {
    YamlNode.Entry entry = entries.get(key);
    reading.problems.add(entry == null ? line : entry.keyLine(), pathOf(key), what);
  }

  /** Notes a problem with this section. */
  void problem(String what) {
    reading.problems.add(line, path, what);
  }

  /** Notes every key, here and in all sections handed out, that nobody has asked for. */
  void refuseUnknownKeys() {
    for (Section section : List.copyOf(reading.sections)) {
      for (String key : section.entries.keySet()) {
        if (!section.known.contains(key) && !section.refused.contains(key)) {
          section.problem(
              key,
              Spelling.closest(key, section.known)
                  .map("is no known key; did you mean `%s`?"::formatted)
                  .orElse("is no known key; known here: " + String.join(", ", section.known)));
        }
      }
    }
  }

  private Optional<YamlNode.Entry> entry(String key) {
    known.add(key);
    return Optional.ofNullable(entries.get(key));
  }

  private void refuseMissing(String key, String example) {
    if (!entries.containsKey(key)) {
      problem("`%s` is missing; write for example `%s`".formatted(key, example));
    }
  }

  private List<YamlNode> items(String key) {
    Optional<YamlNode.Entry> entry = entry(key);
    if (entry.isEmpty()) {
      return List.of();
    }
    if (!(entry.get().value() instanceof YamlNode.Sequence sequence)) {
      problem(key, "holds no list; write [one, two], or one `- ` line for each");
      return List.of();
    }
    if (sequence.items().isEmpty()) {
      problem(key, "is an empty list; write what it shall hold or remove the line");
    }
    return sequence.items();
  }

  private Optional<Section> mapping(int line, String path, YamlNode node) {
    if (node instanceof YamlNode.Mapping mapping) {
      return Optional.of(new Section(reading, path, line, mapping));
    }
    reading.problems.add(line, path, "holds no keys; write `key: value` lines, indented, below it");
    return Optional.empty();
  }

  private <T> Optional<T> scalar(int line, String path, YamlNode node, Function<String, T> reader) {
    if (!(node instanceof YamlNode.Scalar scalar)) {
      reading.problems.add(line, path, "holds a list or keys; write a single value");
      return Optional.empty();
    }
    if (scalar.isNull()) {
      reading.problems.add(line, path, "is empty; write a value or remove the line");
      return Optional.empty();
    }
    String written = scalar.text();
    String text = written;
    try {
      text = reading.environment.expand(written);
      return Optional.of(reader.apply(text));
    } catch (IllegalArgumentException e) {
      // What the environment holds may be a secret, put here by mistake: show what was written.
      String message = String.valueOf(e.getMessage());
      reading.problems.add(line, path, message.replace("`" + text + "`", "`" + written + "`"));
      return Optional.empty();
    }
  }

  private String pathOf(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
