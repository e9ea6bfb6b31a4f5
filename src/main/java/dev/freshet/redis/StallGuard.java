package dev.freshet.redis;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.time.Duration;

/**
 * Closes a connection on which something was asked and nothing has come back for a while.
 *
 * <p>A host that vanished, or a process that hangs, leaves a connection open for a quarter of an
 * hour, and every request would wait for its timeout. Closed, the connection refuses at once and is
 * made anew. Looks at the clock only when something is written: without requests, nobody waits.
 */
final class StallGuard extends ChannelDuplexHandler {
  private final long stallNanos;
  private boolean isWaiting;
  private long waitingSinceNanos;

  StallGuard(Duration stall) {
    this.stallNanos = stall.toNanos();
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
      throws Exception {
    long now = System.nanoTime();
    if (!isWaiting) {
      isWaiting = true;
      waitingSinceNanos = now;
    } else if (now - waitingSinceNanos > stallNanos) {
      ChannelFuture unused = context.close();
    }
    super.write(context, message, promise);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    isWaiting = false;
    super.channelRead(context, message);
  }
}
