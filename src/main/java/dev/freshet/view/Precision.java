package dev.freshet.view;

import java.util.List;

/**
 * Which numbers of a view's documents are kept less precisely than they are loaded: said field by
 * field, never by default.
 *
 * @param fields in the order written; no two have the same path
 */
public record Precision(List<Field> fields) {
  /** All numbers are kept as they are. */
  public static final Precision EXACT = new Precision(List.of());

  public Precision {
    fields = List.copyOf(fields);
  }

  /** How a number is kept. */
  public enum NumberType {
    /** As the nearest IEEE 754 number of 32 bits. */
    FLOAT32,
    /** As the nearest IEEE 754 number of 16 bits. */
    FLOAT16,
    /**
     * As an integer times a power of two, the same for all numbers of the field in a document: the
     * least power with which the largest magnitude takes at most 255, or 127 if one of them is
     * below zero.
     */
    INT8
  }

  /**
   * The numbers at a path, and in the arrays at it.
   *
   * @param path names with points between them, {@code .} for the document itself; a name after an
   *     array means that member of each of its elements
   */
  public record Field(String path, NumberType type) {}

  public boolean isExact() {
    return fields.isEmpty();
  }

  /** All of its meaning, as one text. */
  String definition() {
    StringBuilder text = new StringBuilder();
    fields.forEach(field -> text.append("precision %s %s\n".formatted(field.type(), field.path())));
    return text.toString();
  }
}
