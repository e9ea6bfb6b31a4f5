package dev.freshet.cli.consistency;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All faults, by name. */
public final class Faults {
  private static final Map<String, Fault> BY_NAME = byName();

  private Faults() {}

  private static Map<String, Fault> byName() {
    List<Fault> all = new ArrayList<>();
    all.addAll(DaemonFaults.all());
    all.addAll(PostgresFaults.all());
    all.addAll(BackendFaults.all());
    all.addAll(FailoverFaults.all());
    all.addAll(RedisFaults.all());
    all.addAll(RedisLimits.all());
    all.addAll(NetworkFaults.all());
    Map<String, Fault> named = new LinkedHashMap<>();
    all.forEach(fault -> named.put(fault.name(), fault));
    return named;
  }

  /** The names of all faults, in the order in which they are tried. */
  public static List<String> names() {
    return List.copyOf(BY_NAME.keySet());
  }

  /**
   * Faults by their names; {@code all} for all of them, {@code none} for none.
   *
   * @throws IllegalArgumentException if there is none of a name
   */
  static List<Fault> named(Collection<String> names) {
    if (names.size() == 1 && names.contains("all")) {
      return List.copyOf(BY_NAME.values());
    }
    if (names.size() == 1 && names.contains("none")) {
      return List.of();
    }
    return names.stream().map(Faults::named).toList();
  }

  private static Fault named(String name) {
    Fault found = BY_NAME.get(name);
    if (found == null) {
      throw new IllegalArgumentException(
          "faults: there is no fault %s; write all, none, or some of %s"
              .formatted(name, String.join(", ", BY_NAME.keySet())));
    }
    return found;
  }
}
