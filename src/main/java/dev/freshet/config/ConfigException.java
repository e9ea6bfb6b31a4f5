package dev.freshet.config;

import java.util.List;

/** Says everything that is wrong with a configuration. Nothing was started. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final List<String> problems;

  /**
   * @param problems each as {@code where: what; what to do}, without secrets; at least one
   */
  public ConfigException(List<String> problems) {
    super(message(problems));
    this.problems = List.copyOf(problems);
  }

  /** Each problem as {@code where: what; what to do}. */
  public List<String> problems() {
    return problems;
  }

  private static String message(List<String> problems) {
    return problems.size() == 1
        ? "the configuration has a problem:\n  " + problems.get(0)
        : "the configuration has "
            + problems.size()
            + " problems:\n  "
            + String.join("\n  ", problems);
  }
}
