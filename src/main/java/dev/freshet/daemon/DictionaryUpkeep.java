package dev.freshet.daemon;

import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.postgres.PostgresDictionaries;
import dev.freshet.postgres.PostgresDictionaries.Entry;
import dev.freshet.redis.RedisDictionaries;
import dev.freshet.view.FeatureView;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the mirrors of dictionaries in Redis as Postgres says, and removes dictionaries that no
 * value can need any more: first loaders are told of a newer one, and only from then on the old
 * one's time runs.
 */
public final class DictionaryUpkeep {
  private static final Logger log = LoggerFactory.getLogger("freshet.dictionaries");

  private final List<FeatureView> views;
  private final PostgresDictionaries truth;
  private final RedisDictionaries mirror;

  /**
   * @param mirror started
   */
  public DictionaryUpkeep(
      List<FeatureView> views, PostgresDictionaries truth, RedisDictionaries mirror) {
    this.views = views;
    this.truth = truth;
    this.mirror = mirror;
  }

  /** As {@link #runOnce}; that a server is away is left to the eviction loop to complain of. */
  void turn() {
    try {
      runOnce();
    } catch (ServerUnavailableException e) {
      log.info("dictionaries are looked after later: {}", e.getMessage());
    }
  }

  /**
   * Does all that is due, once.
   *
   * @throws dev.freshet.lifecycle.ServerUnavailableException if a server does not answer
   */
  public void runOnce() {
    Map<String, List<Entry>> all = truth.all();
    for (FeatureView view : views) {
      String contents = contentsOf(all.getOrDefault(view.name(), List.of()));
      if (!mirror.contents(view).orElse("").equals(contents)) {
        mirror.mirror(view, contents, truth.of(view));
        log.info("mirrored dictionaries view={} versions=[{}]", view.name(), contents);
      }
      int removed = truth.keepUp(view);
      if (removed > 0) {
        log.info("removed old dictionaries view={} count={}", view.name(), removed);
      }
    }
  }

  /** What there is of a view, as one text; empty if there is nothing. */
  private static String contentsOf(List<Entry> entries) {
    return entries.stream()
        .map(entry -> "%d:%s:%d".formatted(entry.version(), entry.codec(), entry.number()))
        .collect(Collectors.joining(" "));
  }
}
