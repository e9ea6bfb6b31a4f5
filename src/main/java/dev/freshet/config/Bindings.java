package dev.freshet.config;

import dev.freshet.view.QueryTemplate;
import java.util.Collection;
import java.util.Set;

/** Checks that a query binds exactly the names that it is given values for. */
final class Bindings {
  private Bindings() {}

  /**
   * Notes each name that the query does not bind, and each that it binds but gets no value for.
   *
   * @param what each name is, as {@code a placeholder of `key`}
   */
  static void check(
      Section section, String key, QueryTemplate query, String what, Collection<String> names) {
    Set<String> bound = query.parameterNames();
    for (String name : names) {
      if (!bound.contains(name)) {
        section.problem(
            key,
            "does not bind `%s`, %s; write for example `= ANY(%s)`"
                .formatted(name, what, QueryTemplate.parameter(name)));
      }
    }
    for (String name : bound) {
      if (!names.contains(name)) {
        section.problem(
            key,
            "binds `%s`, which is not %s; there %s %s"
                .formatted(
                    QueryTemplate.parameter(name),
                    what,
                    names.size() == 1 ? "is" : "are",
                    String.join(", ", names)));
      }
    }
  }
}
