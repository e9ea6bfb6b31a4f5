package dev.freshet.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls that wait are bounded. */
final class BlockingCallsIT {
  private static final int THREADS = 2;
  private static final int WAITING_MAX = 3;

  private final Vertx vertx = Vertx.vertx();
  private final BlockingCalls calls = new BlockingCalls("test-calls", THREADS, WAITING_MAX);

  @AfterEach
  void stop() {
    calls.close();
    vertx.close().await();
  }

  @Test
  void callsAboveTheBoundAreRefusedUntilOthersHaveEnded() {
    CountDownLatch gate = new CountDownLatch(1);
    Supplier<Boolean> waits = () -> await(gate);
    Context context = vertx.getOrCreateContext();
    List<Future<Boolean>> taken = new ArrayList<>();
    for (int i = 0; i < THREADS + WAITING_MAX; i++) {
      taken.add(calls.run(context, waits));
    }

    assertThatThrownBy(() -> calls.run(context, waits))
        .isInstanceOf(RejectedExecutionException.class);

    gate.countDown();
    assertThat(taken).allSatisfy(call -> assertThat(call.await()).isTrue());
    assertThat(calls.run(context, waits).await()).isTrue();
  }

  private static boolean await(CountDownLatch gate) {
    try {
      return gate.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
