package dev.freshet.http;

import java.util.concurrent.Semaphore;

/** Bounds what all unanswered requests hold together. */
final class InFlight {
  private final Semaphore keys;
  private final Semaphore bodyBytes;

  InFlight(HttpBounds bounds) {
    this.keys = new Semaphore(bounds.keysInFlightMax());
    this.bodyBytes = new Semaphore(bounds.bodyBytesInFlightMax());
  }

  /** One request's share, with nothing in it yet. */
  Share share() {
    return new Share();
  }

  /** What one request holds until it is answered. Safe for use by many threads. */
  final class Share {
    private int keysTaken;
    private int bodyBytesTaken;
    private boolean isOver;

    /** Takes places for keys that are asked for, or none if not all are free. */
    synchronized boolean tryTakeKeys(int count) {
      if (isOver || !keys.tryAcquire(count)) {
        return false;
      }
      keysTaken += count;
      return true;
    }

    /** Takes room for more of the body, or none if not all of it is free. */
    synchronized boolean tryTakeBodyBytes(int count) {
      if (isOver || !bodyBytes.tryAcquire(count)) {
        return false;
      }
      bodyBytesTaken += count;
      return true;
    }

    /** Gives all back; nothing can be taken after it. */
    synchronized void giveBack() {
      isOver = true;
      keys.release(keysTaken);
      bodyBytes.release(bodyBytesTaken);
      keysTaken = 0;
      bodyBytesTaken = 0;
    }
  }
}
