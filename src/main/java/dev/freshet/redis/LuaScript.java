package dev.freshet.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A script that Redis runs as one atomic step, known to it by the SHA-1 of its text.
 *
 * <p>Redis forgets scripts when it restarts, fails over, or is told to ({@code SCRIPT FLUSH}). A
 * call therefore names the script by its hash, and only if Redis says that it does not know it,
 * which is to say that nothing was run, that call is sent once more with the text.
 */
final class LuaScript {
  private static final String FLAGS_LINE = "#!lua";

  private final String name;
  private final byte[] text;
  private final String sha1;

  private LuaScript(String name, String text) {
    this.name = name;
    this.text = text.getBytes(UTF_8);
    this.sha1 = sha1(this.text);
  }

  /**
   * Reads the resource {@code redis/<name>}.
   *
   * @throws IllegalStateException if there is none
   */
  static LuaScript load(String name) {
    try (InputStream resource = LuaScript.class.getResourceAsStream("/redis/" + name)) {
      if (resource == null) {
        throw new IllegalStateException("the resource redis/%s is missing".formatted(name));
      }
      return new LuaScript(name, new String(resource.readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("the resource redis/%s cannot be read".formatted(name), e);
    }
  }

  /** This script as the given server understands it: without flags, if it knows none. */
  LuaScript forServer(ServerInfo server) {
    String written = new String(text, UTF_8);
    return server.knowsScriptFlags() || !written.startsWith(FLAGS_LINE)
        ? this
        : new LuaScript(name, "-- " + written);
  }

  /** The resource's file name, as {@code evict.lua}. */
  String name() {
    return name;
  }

  /** The hash by which Redis knows the script, in hexadecimal. */
  String sha1() {
    return sha1;
  }

  /** Runs the script; the future completes on a thread of the connection. */
  <T> CompletableFuture<T> run(
      RedisScriptingAsyncCommands<byte[], byte[]> redis,
      ScriptOutputType reply,
      byte[][] keys,
      byte[]... arguments) {
    CompletableFuture<T> byHash =
        redis.<T>evalsha(sha1, reply, keys, arguments).toCompletableFuture();
    return byHash.exceptionallyCompose(
        failure ->
            unwrapped(failure) instanceof RedisNoScriptException
                ? redis.<T>eval(text, reply, keys, arguments)
                : CompletableFuture.failedFuture(failure));
  }

  /** What a future failed with, without what later stages wrap around it. */
  static Throwable unwrapped(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private static String sha1(byte[] text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }
}
