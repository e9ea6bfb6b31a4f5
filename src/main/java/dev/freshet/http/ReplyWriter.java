package dev.freshet.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Iterator;
import java.util.Map;

/**
 * Writes one reply, no faster than its client reads: beside the reply itself no more than about two
 * chunks are held in memory.
 */
final class ReplyWriter {
  private static final int CHUNK_BYTES = 64 * 1024;

  /** How long the rest of a request that was not read may keep coming, before it is cut off. */
  private static final int LINGER_MS = 1_000;

  private final Vertx vertx;
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Reply reply;
  private final Promise<Void> written = Promise.promise();
  private final Iterator<byte[]> parts;
  private byte[] part = new byte[0];
  private int partOffset;

  ReplyWriter(Vertx vertx, HttpServerRequest request, Reply reply) {
    this.vertx = vertx;
    this.request = request;
    this.response = request.response();
    this.reply = reply;
    this.parts = reply.parts().iterator();
  }

  /** Begins to write; the future ends when all is written or the connection is gone. */
  Future<Void> write() {
    if (response.closed()) {
      return Future.failedFuture("the connection was closed before there was a reply");
    }
    response.setStatusCode(reply.status());
    for (Map.Entry<String, String> header : reply.headers().entrySet()) {
      response.putHeader(header.getKey(), header.getValue());
    }
    response.putHeader("Content-Length", Long.toString(reply.bytes()));
    response.putHeader("Cache-Control", "no-store");
    response.closeHandler(gone -> written.tryFail("the connection was closed"));
    if (reply.isLastOfConnection()) {
      response.putHeader("Connection", "close");
    }
    if (request.method().equals(HttpMethod.HEAD)) {
      end(Buffer.buffer());
    } else {
      response.drainHandler(drained -> writeOn());
      writeOn();
    }
    return written.future();
  }

  private void writeOn() {
    while (!response.ended()) {
      Buffer chunk = nextChunk();
      if (isAllTaken()) {
        end(chunk);
      } else {
        response.write(chunk);
        if (response.writeQueueFull()) {
          return;
        }
      }
    }
  }

  private void end(Buffer last) {
    response
        .end(last)
        .onComplete(
            done -> {
              if (reply.isLastOfConnection()) {
                vertx.setTimer(LINGER_MS, late -> request.connection().close());
              }
              written.tryComplete();
            });
  }

  private Buffer nextChunk() {
    Buffer chunk = Buffer.buffer();
    while (chunk.length() < CHUNK_BYTES && !isAllTaken()) {
      if (partOffset == part.length) {
        part = parts.next();
        partOffset = 0;
      }
      int length = Math.min(part.length - partOffset, CHUNK_BYTES - chunk.length());
      chunk.appendBytes(part, partOffset, length);
      partOffset += length;
    }
    return chunk;
  }

  private boolean isAllTaken() {
    return partOffset == part.length && !parts.hasNext();
  }
}
