package dev.freshet.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Puts a record into a key that still holds the loader's own lease: by {@code SET … IFEQ} where the
 * server knows it, which spares Redis a script, else by fill.lua.
 *
 * <p>The command compares all that the key holds, the script the lease alone. So where the command
 * finds something else the script decides: a lease may carry the copy of an older value.
 */
final class LeaseFill {
  private final LuaScript script = LuaScript.load("fill.lua");

  /** The connection may reach an older server after a failover. */
  private volatile boolean isCommandUnknown;

  String name() {
    return script.name();
  }

  /**
   * Compares and sets, in one atomic step.
   *
   * @param ttlMs in decimal digits
   * @return whether the record was stored
   */
  CompletableFuture<Boolean> run(
      RedisSession redis, byte[] key, byte[] lease, byte[] record, byte[] ttlMs) {
    if (isCommandUnknown || !redis.server().knowsSetIfEqual()) {
      return byScript(redis, key, lease, record, ttlMs);
    }
    AsyncCommand<byte[], byte[], String> set =
        new AsyncCommand<>(
            new Command<>(
                CommandType.SET,
                new StatusOutput<>(ByteArrayCodec.INSTANCE),
                new CommandArgs<>(ByteArrayCodec.INSTANCE)
                    .addKey(key)
                    .addValue(record)
                    .add("PX")
                    .add(ttlMs)
                    .add("IFEQ")
                    .addValue(lease)));
    redis.send(List.of(set));
    return set.thenApply("OK"::equals)
        .exceptionallyCompose(this::falseIfNotCompared)
        .thenCompose(
            isStored ->
                isStored
                    ? CompletableFuture.completedFuture(true)
                    : byScript(redis, key, lease, record, ttlMs));
  }

  private CompletableFuture<Boolean> byScript(
      RedisSession redis, byte[] key, byte[] lease, byte[] record, byte[] ttlMs) {
    return script
        .<Long>run(
            redis.commands(), ScriptOutputType.INTEGER, new byte[][] {key}, lease, record, ttlMs)
        .thenApply(stored -> stored == 1);
  }

  private CompletableFuture<Boolean> falseIfNotCompared(Throwable failure) {
    Throwable cause = LuaScript.unwrapped(failure);
    if (cause instanceof RedisCommandExecutionException) {
      String reply = String.valueOf(cause.getMessage());
      boolean isUnknown = reply.startsWith("ERR syntax error");
      isCommandUnknown = isCommandUnknown || isUnknown;
      if (isUnknown || reply.startsWith("WRONGTYPE")) {
        return CompletableFuture.completedFuture(false);
      }
    }
    return CompletableFuture.failedFuture(failure);
  }
}
