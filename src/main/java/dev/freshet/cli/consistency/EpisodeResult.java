package dev.freshet.cli.consistency;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What came of an episode.
 *
 * @param evidence what shows that each fault happened
 * @param recoveryMs how long Freshet took to vouch for a moment after the fault; empty if it did
 *     not in time, or there was no fault
 * @param cached how many keys the sweep found in Redis
 * @param violations how many there were
 */
record EpisodeResult(
    Episode episode, List<String> evidence, OptionalLong recoveryMs, int cached, long violations) {

  /** Whether it recovered within the bound that is promised, if one is. */
  boolean isInTime() {
    return episode.faults().size() != 1
        || episode.faults().get(0).bound().isEmpty()
        || (recoveryMs.isPresent()
            && recoveryMs.getAsLong() <= episode.faults().get(0).bound().get().toMillis());
  }

  /** For people who wait for the end. */
  @Override
  public String toString() {
    return "%s: %s, %d violations%s"
        .formatted(
            episode.name(),
            recoveryMs.isPresent()
                ? "recovered in " + recoveryMs.getAsLong() + " ms"
                : "no recovery",
            violations,
            isInTime() ? "" : ", NOT IN TIME");
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("faults", episode.faults().stream().map(Fault::name).toList());
    map.put("evidence", evidence);
    map.put("writersAtRest", episode.isQuiet());
    map.put("holdMs", episode.holdMs());
    recoveryMs.ifPresent(ms -> map.put("recoveryMs", ms));
    if (episode.faults().size() == 1) {
      Fault fault = episode.faults().get(0);
      map.put("how", fault.how());
      map.put("recoveryCounted", words(fault.clock()));
      fault.bound().ifPresent(bound -> map.put("recoveryBoundMs", bound.toMillis()));
      map.put("isInTime", isInTime());
    }
    map.put("keysComparedInRedis", cached);
    map.put("violations", violations);
    return map;
  }

  private static String words(Fault.Clock clock) {
    return clock.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
  }
}
