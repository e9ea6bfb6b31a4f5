package dev.freshet.loading;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** What is to be done with a value when it is there. */
interface Step<T> {
  void take(T value);

  /**
   * Goes on with a future's value or its failure, in whichever thread completes it. A step that
   * throws counts as a failure, so that no caller waits for ever.
   */
  static <T> void settle(CompletableFuture<T> future, Step<T> onValue, Step<Throwable> onFailure) {
    var unused =
        future
            .thenAccept(onValue::take)
            .exceptionally(
                failure -> {
                  onFailure.take(
                      failure instanceof CompletionException && failure.getCause() != null
                          ? failure.getCause()
                          : failure);
                  return null;
                });
  }
}
