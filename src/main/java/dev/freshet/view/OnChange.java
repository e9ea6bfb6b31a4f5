package dev.freshet.view;

/** What the daemon does with a cached entity when it changes. */
public enum OnChange {
  /** Deletes it; the next reader loads it. */
  EVICT,
  /** Loads it anew, if it is cached; meanwhile readers wait for that. */
  REFRESH,
  /** Loads it anew, if it is cached; meanwhile readers get the old value, marked as such. */
  REFRESH_SERVING_STALE;

  public boolean refreshes() {
    return this != EVICT;
  }

  /** Whether readers may be given the old value while the new one is being loaded. */
  public boolean servesStale() {
    return this == REFRESH_SERVING_STALE;
  }
}
