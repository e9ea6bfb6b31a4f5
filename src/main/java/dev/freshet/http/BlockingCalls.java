package dev.freshet.http;

import dev.freshet.lifecycle.Threads;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A few threads for calls that wait, so that no event loop does. Each kind of call has its own, so
 * that evictions that wait for Postgres do not hold up a health check.
 */
final class BlockingCalls implements AutoCloseable {
  private static final long IDLE_S = 30;

  private final ThreadPoolExecutor executor;

  /**
   * @param role in the threads' names
   * @param threads at most so many calls at once
   * @param waitingMax further calls are refused
   */
  BlockingCalls(String role, int threads, int waitingMax) {
    executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_S,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(waitingMax),
            Threads.named(role));
    executor.allowCoreThreadTimeOut(true);
  }

  /**
   * The outcome of a call, on the context.
   *
   * @throws java.util.concurrent.RejectedExecutionException if too many calls are waiting already
   */
  <T> Future<T> run(Context context, Supplier<T> call) {
    return Future.fromCompletionStage(CompletableFuture.supplyAsync(call, executor), context);
  }

  /** Takes no more calls; those that were taken end by themselves. */
  @Override
  public void close() {
    executor.shutdown();
  }
}
