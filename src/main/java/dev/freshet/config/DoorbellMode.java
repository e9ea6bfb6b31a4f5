package dev.freshet.config;

/** When a writer's transaction wakes the daemon by NOTIFY. */
public enum DoorbellMode {
  /** Only while the daemon sleeps. */
  DOORBELL,
  /** Always, for others who listen too; ends group commit. */
  NOTIFY,
  /** Never: the daemon polls. For two-phase commit and poolers. */
  POLL
}
