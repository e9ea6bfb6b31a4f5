package dev.freshet.cli.bench;

/**
 * How single rows are updated.
 *
 * @param writers how many sessions write at once, each without a pause
 */
record WriterCase(int writers, SynchronousCommit synchronousCommit) {
  @Override
  public String toString() {
    return "%d %s, synchronous_commit=%s"
        .formatted(writers, writers == 1 ? "writer" : "writers", synchronousCommit);
  }
}
