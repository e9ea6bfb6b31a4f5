package dev.freshet.cli.bench;

import java.util.OptionalLong;

/**
 * What follows the changes of one side's table, and proves that the writers told of each.
 *
 * <p>A side whose trigger is missing would be the fastest. So no figure counts unless the follower
 * was told of as many changes as there were transactions.
 */
interface Follower extends AutoCloseable {
  /** Nobody follows. */
  Follower NONE =
      new Follower() {
        @Override
        public void startCounting() {}

        @Override
        public OptionalLong awaitAll(long transactions) {
          return OptionalLong.empty();
        }

        @Override
        public void close() {}
      };

  /** Counts from zero. */
  void startCounting();

  /**
   * Waits until it is through with the changes of all transactions since {@link #startCounting}, so
   * that it leaves no work to the next side's time.
   *
   * @param transactions how many there were, each with one change
   * @return how often writers rang, if that is counted
   * @throws BenchFailedException if it was told of more or fewer, or does not get through
   */
  OptionalLong awaitAll(long transactions) throws InterruptedException;

  @Override
  void close();
}
