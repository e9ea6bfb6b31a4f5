package dev.freshet.view;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The form of a view's cache keys, as {@code img:{image_id}}: fixed text around one placeholder for
 * each value of the entity key.
 *
 * <p>Two entities never share a cache key: values are escaped as in {@link EntityKey#text()}, and
 * the fixed text between two placeholders begins with {@code :}, which an escaped value never holds
 * unescaped.
 */
public final class KeyTemplate {
  /** A longer cache key is not cached. In bytes of UTF-8. */
  public static final int CACHE_KEY_BYTES_MAX = 1024;

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([A-Za-z_][A-Za-z0-9_]*)}");

  private final String text;
  private final List<String> literals;
  private final List<String> placeholders;

  private KeyTemplate(String text, List<String> literals, List<String> placeholders) {
    this.text = text;
    this.literals = List.copyOf(literals);
    this.placeholders = List.copyOf(placeholders);
  }

  /**
   * Reads a template.
   *
   * @param text fixed text with {@code {placeholder}}s; begins with fixed text
   * @throws IllegalArgumentException with what is wrong and how to write it, if the text is no
   *     template
   */
  public static KeyTemplate parse(String text) {
    List<String> literals = new ArrayList<>();
    List<String> placeholders = new ArrayList<>();
    Matcher matcher = PLACEHOLDER.matcher(text);
    int from = 0;
    while (matcher.find()) {
      literals.add(text.substring(from, matcher.start()));
      placeholders.add(matcher.group(1));
      from = matcher.end();
    }
    literals.add(text.substring(from));
    if (placeholders.isEmpty()) {
      throw new IllegalArgumentException(
          "the key template `%s` has no {placeholder}; write for example img:{image_id}"
              .formatted(text));
    }
    for (String literal : literals) {
      if (literal.indexOf('{') >= 0 || literal.indexOf('}') >= 0) {
        throw new IllegalArgumentException(
            "the key template `%s` has a brace that belongs to no placeholder; a placeholder is {name} with letters, digits and _"
                .formatted(text));
      }
    }
    if (literals.get(0).isEmpty()) {
      throw new IllegalArgumentException(
          "the key template `%s` must begin with fixed text, so that its keys can be told from others"
              .formatted(text));
    }
    for (String literal : literals.subList(1, literals.size() - 1)) {
      if (!literal.startsWith(":")) {
        throw new IllegalArgumentException(
            "in the key template `%s` the text between two placeholders must begin with `:`, or two entities could share a key"
                .formatted(text));
      }
    }
    Set<String> seen = new HashSet<>();
    for (String placeholder : placeholders) {
      if (!seen.add(placeholder)) {
        throw new IllegalArgumentException(
            "the key template `%s` names {%s} twice".formatted(text, placeholder));
      }
    }
    return new KeyTemplate(text, literals, placeholders);
  }

  /** The names of the entity key's values, in order; at least one, each once. */
  public List<String> placeholders() {
    return placeholders;
  }

  /** How many values an entity key of this view has. */
  public int arity() {
    return placeholders.size();
  }

  /** The fixed text that every cache key of this view begins with; never empty. */
  public String prefix() {
    return literals.get(0);
  }

  /** The cache key of one entity. */
  public String cacheKey(EntityKey key) {
    if (key.values().size() != arity()) {
      throw new IllegalArgumentException(
          "%s has %d values, %s takes %d".formatted(key, key.values().size(), text, arity()));
    }
    if (arity() == 1) {
      return literals.get(0) + EntityKey.escaped(key.values().get(0)) + literals.get(1);
    }
    StringBuilder cacheKey = new StringBuilder(literals.get(0));
    for (int i = 0; i < arity(); i++) {
      cacheKey.append(EntityKey.escaped(key.values().get(i))).append(literals.get(i + 1));
    }
    return cacheKey.toString();
  }

  /** The entity whose cache key this is; empty if it is none of this view's. */
  public Optional<EntityKey> entityKey(String cacheKey) {
    String last = literals.get(arity());
    if (!cacheKey.startsWith(prefix()) || !cacheKey.endsWith(last)) {
      return Optional.empty();
    }
    List<String> values = new ArrayList<>();
    int at = prefix().length();
    for (int i = 1; i <= arity(); i++) {
      int end = i < arity() ? endOfValue(cacheKey, at) : cacheKey.length() - last.length();
      if (end < at || !cacheKey.startsWith(literals.get(i), end)) {
        return Optional.empty();
      }
      values.add(cacheKey.substring(at, end));
      at = end + literals.get(i).length();
    }
    try {
      return Optional.of(EntityKey.parse(String.join(":", values), arity()));
    } catch (MalformedKeyException e) {
      return Optional.empty(); // somebody else's key under this view's prefix
    }
  }

  /** Where an escaped value ends: at the first {@code :} that no {@code \\} precedes. */
  private static int endOfValue(String cacheKey, int from) {
    int at = from;
    while (at < cacheKey.length() && cacheKey.charAt(at) != ':') {
      at += cacheKey.charAt(at) == '\\' ? 2 : 1;
    }
    return Math.min(at, cacheKey.length());
  }

  /** Whether a cache key is short enough to be cached. */
  public static boolean isCacheable(String cacheKey) {
    return cacheKey.length() * 3L <= CACHE_KEY_BYTES_MAX
        || cacheKey.getBytes(StandardCharsets.UTF_8).length <= CACHE_KEY_BYTES_MAX;
  }

  /** A Redis glob that every cache key of this view matches. */
  public String scanPattern() {
    StringBuilder pattern = new StringBuilder();
    for (int i = 0; i < literals.size(); i++) {
      if (i > 0) {
        pattern.append('*');
      }
      for (char c : literals.get(i).toCharArray()) {
        if ("*?[]^-\\".indexOf(c) >= 0) {
          pattern.append('\\');
        }
        pattern.append(c);
      }
    }
    return pattern.toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyTemplate template && template.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
