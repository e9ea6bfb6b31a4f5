package dev.freshet.eviction;

/** Says that the change log holds rows that this daemon's configuration cannot interpret. */
final class UnknownWatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnknownWatchException(int watchId) {
    super(
        "the change log speaks of watch %d, which this configuration does not have: somebody migrated another one; run the daemon with the configuration that was migrated last, or migrate this one"
            .formatted(watchId));
  }
}
