package dev.freshet.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PostgresDoorbellTest {

  /** Rings come at any moment of a wait, also between its end and its return. */
  @Test
  void aRingAtTheVeryEndOfAWaitIsNotLost() throws InterruptedException {
    int rounds = 50_000;
    try (PostgresDatabase nowhere = database();
        PostgresDoorbell doorbell = new PostgresDoorbell(nowhere)) {
      AtomicInteger asked = new AtomicInteger();
      Thread ringer =
          new Thread(
              () -> {
                for (int rung = 0; rung < rounds; rung++) {
                  while (asked.get() == rung) {
                    Thread.onSpinWait();
                  }
                  doorbell.interrupt();
                }
              });
      ringer.setDaemon(true);
      ringer.start();
      for (int round = 0; round < rounds; round++) {
        asked.incrementAndGet();
        long giveUpNanos = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        boolean rang = false;
        while (!rang && System.nanoTime() < giveUpNanos) {
          rang = doorbell.awaitRing(Duration.ofNanos(1));
        }
        assertThat(rang).as("ring %d", round).isTrue();
      }
      ringer.join();
    }
  }

  private static PostgresDatabase database() {
    return new PostgresDatabase(
        new PostgresDatabase.Settings(
            "jdbc:pgsql://127.0.0.1:1/nowhere",
            "nobody",
            "",
            1,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1)));
  }
}
