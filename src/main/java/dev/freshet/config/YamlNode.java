package dev.freshet.config;

import java.util.List;
import java.util.Map;

/** A piece of a YAML document that knows its line. */
sealed interface YamlNode {
  /** Where it begins, from 1. */
  int line();

  /**
   * A text, number, boolean or nothing. Types are for those who read it.
   *
   * @param text as written, without quotes; empty if nothing was written
   * @param isNull whether nothing was written, or {@code null} or {@code ~}
   */
  record Scalar(int line, String text, boolean isNull) implements YamlNode {}

  /** A list. */
  record Sequence(int line, List<YamlNode> items) implements YamlNode {
    public Sequence {
      items = List.copyOf(items);
    }
  }

  /**
   * Keys and their values.
   *
   * @param entries by key, in the order written
   */
  record Mapping(int line, Map<String, Entry> entries) implements YamlNode {}

  /**
   * A value under its key.
   *
   * @param keyLine where the key stands, from 1
   */
  record Entry(int keyLine, YamlNode value) {}
}
