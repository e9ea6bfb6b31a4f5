package dev.freshet.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.lifecycle.ServerUnavailableException.Server;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RedisFailuresTest {
  private final RedisFailures failures = new RedisFailures("cache:6379");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "OOM command not allowed when used memory > 'maxmemory'.",
        "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to",
        "READONLY You can't write against a read only replica. script: 09c4, on @user_script:1.",
        "NOPERM this user has no permissions to run the 'evalsha' command",
        "WRONGTYPE Operation against a key holding the wrong kind of value",
        "NOREPLICAS Not enough good replicas to write.",
        "BUSY Redis is busy running a script.",
        "LOADING Redis is loading the dataset in memory",
        "ERR Error running script (call to f_e354): @user_script:40: @user_script: 40: -OOM command"
            + " not allowed when used memory > 'maxmemory'.",
        "ERR Error running script (call to f_09c4): @user_script:1: @user_script: 1: -READONLY You"
            + " can't write against a read only replica.",
        "ERR Error running script (call to f_21c2): @user_script:1: WRONGTYPE Operation against a"
            + " key holding the wrong kind of value"
      })
  void aRefusalWithACodeOfItsOwnSaysThatTheServerIsUnavailable(String reply) {
    RuntimeException failure = failures.of("evict.lua", new RedisCommandExecutionException(reply));

    assertThat(failure)
        .isInstanceOf(ServerUnavailableException.class)
        .hasMessageStartingWith("Redis at cache:6379 refused evict.lua: " + reply);
    assertThat(((ServerUnavailableException) failure).server()).isEqualTo(Server.REDIS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ERR wrong number of arguments for 'get' command",
        "ERR user_script:1: Script attempted to access nonexistent global variable 'nosuch'",
        "ERR Error running script (call to f_100e): @user_script:1: user_script:1: Script attempted"
            + " to access nonexistent global variable 'nosuch'",
        "ERR Error running script (call to f_2063): @user_script:1: @user_script: 1: Unknown Redis"
            + " command called from Lua script",
        "something else"
      })
  void anErrorWithoutACodeIsADefect(String reply) {
    assertThat(failures.of("evict.lua", new RedisCommandExecutionException(reply)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Redis at cache:6379 refused evict.lua: " + reply);
  }

  @Test
  void aRefusalThatAnOperatorCanMendSaysHow() {
    assertThat(
            failures.of("beat.lua", new RedisCommandExecutionException("OOM command not allowed")))
        .hasMessageEndingWith(
            "(raise its maxmemory, or choose a maxmemory-policy that drops keys)");
  }

  @Test
  void whateverEndedTheConnectionSaysThatTheServerIsUnavailable() {
    ConnectException refused = new ConnectException("Connection refused");
    for (Throwable thrown :
        new Throwable[] {
          new RedisConnectionException("Unable to connect to cache", refused),
          new CompletionException(new RedisException("Connection disconnected")),
          new ExecutionException(new RedisCommandTimeoutException("Command timed out")),
          new CancellationException(),
          refused
        }) {
      assertThat(failures.of("connecting", thrown))
          .isInstanceOf(ServerUnavailableException.class)
          .hasMessageStartingWith("connecting failed on Redis at cache:6379: ");
    }
    assertThat(failures.of("connecting", new RedisConnectionException("to cache", refused)))
        .hasMessageEndingWith("Connection refused");
  }

  @Test
  void aDefectGoesThroughAsItIs() {
    IndexOutOfBoundsException defect = new IndexOutOfBoundsException();

    assertThat(failures.of("a look-up", new CompletionException(defect))).isSameAs(defect);
  }

  @Test
  void aReplyThatDoesNotComeIsNotWaitedForLonger() {
    assertThatThrownBy(
            () -> failures.await("TIME", new CompletableFuture<>(), Duration.ofMillis(1)))
        .isInstanceOf(ServerUnavailableException.class)
        .hasMessageStartingWith("TIME failed on Redis at cache:6379");
  }

  @Test
  void anInterruptedWaitEndsAndStaysInterrupted() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(
            () -> failures.await("TIME", new CompletableFuture<>(), Duration.ofSeconds(10)))
        .isInstanceOf(ServerUnavailableException.class)
        .hasMessage("TIME on Redis at cache:6379 was interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }
}
