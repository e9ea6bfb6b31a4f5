package dev.freshet.view;

/** What a loader does while the freshness lease has run out. */
public enum WhenBehind {
  /** Serves what Redis holds, and says in the reply that it may be behind. */
  SERVE,
  /** Reads Postgres, without filling. */
  BYPASS
}
