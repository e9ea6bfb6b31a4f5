package dev.freshet.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Replaces <code>${VAR}</code> in a text by the environment's value; <code>$${</code> is a literal
 * one.
 */
final class Environment {
  private static final Pattern VARIABLE =
      Pattern.compile("\\$\\$\\{|\\$\\{([A-Za-z_][A-Za-z0-9_]*)}|\\$\\{");

  private final Function<String, @Nullable String> variables;

  /**
   * @param variables the value of a variable, or null if it is not set
   */
  Environment(Function<String, @Nullable String> variables) {
    this.variables = variables;
  }

  /**
   * The text with every variable replaced. What a variable holds is not looked at again.
   *
   * @throws IllegalArgumentException naming the variables that are not set
   */
  String expand(String text) {
    List<String> missing = new ArrayList<>();
    StringBuilder expanded = new StringBuilder();
    Matcher matcher = VARIABLE.matcher(text);
    while (matcher.find()) {
      String replacement = "${";
      if (matcher.group(1) != null) {
        String value = variables.apply(matcher.group(1));
        if (value == null) {
          missing.add(matcher.group(1));
        }
        replacement = value == null ? "" : value;
      } else if (matcher.group().equals("${")) {
        throw new IllegalArgumentException(
            "a `${` does not begin a variable; write ${NAME}, or $${ for the characters ${");
      }
      matcher.appendReplacement(expanded, Matcher.quoteReplacement(replacement));
    }
    matcher.appendTail(expanded);
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          "the environment variable%s %s %s not set; set %s, or write $${ for the characters ${"
              .formatted(
                  missing.size() == 1 ? "" : "s",
                  String.join(", ", missing),
                  missing.size() == 1 ? "is" : "are",
                  missing.size() == 1 ? "it" : "them"));
    }
    return expanded.toString();
  }
}
