package dev.freshet.loading;

import java.util.Collection;

/** Says that no view of the configuration has this name. */
public final class UnknownViewException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public UnknownViewException(String name, Collection<String> known) {
    super(
        "there is no view `%s`; the configuration has %s"
            .formatted(name, String.join(", ", known)));
  }
}
