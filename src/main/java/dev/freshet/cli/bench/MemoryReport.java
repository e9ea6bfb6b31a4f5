package dev.freshet.cli.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@link MemoryBench} found.
 *
 * @param documents how many different ones were measured
 * @param trainedOn how many others the dictionaries were trained on
 * @param keyBytes of a cache key
 * @param dictionaryBytes of each dictionary, by the form that uses it
 * @param forms the first is what the others are compared with
 */
public record MemoryReport(
    MemorySettings settings,
    Map<String, Object> environment,
    int documents,
    int trainedOn,
    int keyBytes,
    Map<String, Integer> dictionaryBytes,
    List<FormReport> forms) {
  private static final double HUNDRED_MILLION = 1e8;

  public MemoryReport {
    forms = List.copyOf(forms);
  }

  /**
   * What one form takes, in bytes a key on average.
   *
   * @param value what the key holds, with Freshet's header
   * @param memoryUsage what {@code MEMORY USAGE} says: key, value and entry, as allocated
   * @param usedMemory what the server's {@code used_memory} grew by: the tables of keys and of
   *     their TTLs too
   */
  public record FormReport(String form, double value, double memoryUsage, double usedMemory) {
    private Map<String, Object> toMap(FormReport base) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("form", form);
      map.put("valueBytes", round(value));
      map.put("memoryUsageBytes", round(memoryUsage));
      map.put("usedMemoryBytes", round(usedMemory));
      map.put("besideValueBytes", round(usedMemory - value));
      map.put("valueSavedPercent", saved(value, base.value));
      map.put("memoryUsageSavedPercent", saved(memoryUsage, base.memoryUsage));
      map.put("usedMemorySavedPercent", saved(usedMemory, base.usedMemory));
      map.put("gibFor100MillionKeys", round(usedMemory * HUNDRED_MILLION / (1 << 30)));
      return map;
    }

    private static double saved(double bytes, double base) {
      return round(100 - 100 * bytes / base);
    }

    private static double round(double number) {
      return Math.round(number * 10) / 10.0;
    }
  }

  /**
   * The report for programs.
   *
   * @param commandLine what was run
   */
  public Map<String, Object> toMap(String commandLine) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("bench", "memory");
    map.put("command", commandLine);
    map.put("measures", "bytes a key in Redis, with TTL, the mean over all keys");
    map.put("keys", settings.keys());
    map.put("keyBytes", keyBytes);
    map.put("documents", documents);
    map.put("dictionariesTrainedOn", trainedOn);
    map.put("dictionaryBytes", dictionaryBytes);
    map.put("forms", forms.stream().map(form -> form.toMap(forms.get(0))).toList());
    map.put("environment", environment);
    return map;
  }
}
