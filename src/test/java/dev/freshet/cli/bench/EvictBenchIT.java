package dev.freshet.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.cli.bench.EvictBench.Interference;
import dev.freshet.redis.RawRedis;
import java.io.PrintWriter;
import java.io.Writer;
import org.junit.jupiter.api.Test;

/** The benchmark notices when what it measures is not what Freshet promises. */
class EvictBenchIT {
  private static void run(Interference interference) throws InterruptedException {
    Progress progress = Progress.on(new PrintWriter(Writer.nullWriter()));
    new EvictBench(new EvictSettings(200, 1, "128m", 1), progress, interference).run();
  }

  @Test
  void aKeyThatIsThereAgainFailsIt() {
    assertThatThrownBy(
            () ->
                run(
                    new Interference() {
                      @Override
                      public void evicted(RawRedis redis) {
                        redis.set("item:7", "stale");
                      }
                    }))
        .isInstanceOf(BenchFailedException.class)
        .hasMessageContaining("1 are still in Redis");
  }

  @Test
  void aKeyThatWasNotThereToBeEvictedFailsIt() {
    assertThatThrownBy(
            () ->
                run(
                    new Interference() {
                      @Override
                      public void filled(RawRedis redis) {
                        assertThat(redis.delete("item:7").join()).isTrue();
                      }
                    }))
        .isInstanceOf(BenchFailedException.class)
        .hasMessageContaining("199 of them existed");
  }
}
