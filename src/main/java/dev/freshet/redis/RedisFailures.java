package dev.freshet.redis;

import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.lifecycle.ServerUnavailableException.Server;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says in Freshet's words why a call to one Redis failed.
 *
 * <p>Redis gives each condition under which it refuses to work an error code of its own (OOM,
 * MISCONF, READONLY, NOPERM, …); the general code ERR is left for commands and scripts that are
 * wrong. So that one is a defect, and everything else a server that is not available now.
 */
final class RedisFailures {
  private static final Pattern CODE = Pattern.compile("([A-Z]{2,})\\b.*", Pattern.DOTALL);

  /** Before Redis 7 an error inside a script is wrapped, with its own code somewhere within. */
  private static final Pattern CODE_IN_SCRIPT =
      Pattern.compile("ERR Error running script .*?: -?([A-Z]{3,}) .*", Pattern.DOTALL);

  private static final Map<String, String> WHAT_TO_DO =
      Map.of(
          "OOM", "raise its maxmemory, or choose a maxmemory-policy that drops keys",
          "MISCONF", "its log says why it cannot save to disk",
          "READONLY", "it is a replica; the URL must lead to the primary",
          "LOADING", "it is still reading its data from disk",
          "WRONGTYPE", "another program uses Freshet's own key; choose another redis.namespace",
          "NOAUTH", "give a user and password in the Redis URL",
          "WRONGPASS", "check user and password in the Redis URL",
          "NOPERM", "its ACL must allow the commands and keys that Freshet uses");

  private final String address;

  /**
   * @param address which Redis, without credentials
   */
  RedisFailures(String address) {
    this.address = address;
  }

  /**
   * Waits for a reply.
   *
   * @param what what was asked for, as {@code evict.lua}
   * @throws ServerUnavailableException if there is none within {@code max}, or it is an error
   */
  <T> T await(String what, CompletableFuture<T> reply, Duration max) {
    try {
      return reply.get(max.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerUnavailableException(
          Server.REDIS, "%s on Redis at %s was interrupted".formatted(what, address), e);
    } catch (ExecutionException | TimeoutException e) {
      throw of(what, e);
    }
  }

  /** The exception to throw for what a call to Lettuce threw or completed with. */
  RuntimeException of(String what, Throwable thrown) {
    Throwable cause = thrown;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof ServerUnavailableException unavailable) {
      return unavailable;
    }
    if (cause instanceof RedisCommandExecutionException refused) {
      return refusal(what, refused);
    }
    if (cause instanceof RedisException
        || cause instanceof IOException
        || cause instanceof TimeoutException
        || cause instanceof CancellationException) {
      return new ServerUnavailableException(
          Server.REDIS,
          "%s failed on Redis at %s: %s".formatted(what, address, reason(cause)),
          cause);
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException defect ? defect : new IllegalStateException(cause);
  }

  private RuntimeException refusal(String what, RedisCommandExecutionException refused) {
    String reply = String.valueOf(refused.getMessage());
    String code = codeOf(reply);
    String message = "Redis at %s refused %s: %s".formatted(address, what, reply);
    if (code.equals("ERR")) {
      return new IllegalStateException(message, refused);
    }
    String hint = WHAT_TO_DO.get(code);
    return new ServerUnavailableException(
        Server.REDIS, hint == null ? message : message + " (" + hint + ")", refused);
  }

  private static String codeOf(String reply) {
    Matcher inScript = CODE_IN_SCRIPT.matcher(reply);
    if (inScript.matches()) {
      return inScript.group(1);
    }
    if (reply.contains("this command") && reply.contains("can't run")) {
      return "NOPERM"; // what a script's command without a right says, under the code ERR
    }
    Matcher plain = CODE.matcher(reply);
    return plain.matches() ? plain.group(1) : "ERR";
  }

  /** The innermost message, for what stands around it repeats it or says nothing. */
  private static String reason(Throwable failure) {
    Throwable innermost = failure;
    while (innermost.getCause() != null) {
      innermost = innermost.getCause();
    }
    String message = innermost.getMessage();
    return message == null ? innermost.getClass().getSimpleName() : message;
  }
}
