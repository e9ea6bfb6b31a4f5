package dev.freshet.cli.bench;

/** Tells a benchmark that it shall end. */
final class StopFlag {
  private volatile boolean isRaised;

  void raise() {
    isRaised = true;
  }

  boolean isRaised() {
    return isRaised;
  }

  /**
   * Goes on unless the flag is raised.
   *
   * @throws InterruptedException if it is
   */
  void check() throws InterruptedException {
    if (isRaised) {
      throw new InterruptedException("the benchmark was told to end");
    }
  }
}
