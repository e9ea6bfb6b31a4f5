package dev.freshet.codec;

import dev.freshet.view.ViewVersion;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a cache key holds. Its first byte says which kind it is.
 *
 * <pre>
 * 0x00 lease    | token 16 B | perhaps a copy: the value or absence that the lease replaced
 * 0x01 absence  | codec 1 B (0) | view version 2 B | epoch 4 B | loaded-at 4 B
 * 0x02 value    | codec 1 B     | view version 2 B | epoch 4 B | loaded-at 4 B | payload
 * else plain    | bytes that no loader of Freshet wrote
 * </pre>
 *
 * Numbers are big-endian; {@code loaded-at} is in seconds since 1970, unsigned; the version is one
 * byte major, one byte minor. {@code redis/lease.lua} reads the same layout.
 */
public sealed interface CacheRecord {
  byte LEASE = 0;
  byte ABSENCE = 1;
  byte VALUE = 2;

  /** Bytes before a value's payload. */
  int HEADER_BYTES = 12;

  /** Bytes of a lease's token. */
  int TOKEN_BYTES = 16;

  /** Bytes of a lease without a copy. */
  int LEASE_BYTES = 1 + TOKEN_BYTES;

  /**
   * Says that one loader is filling this key.
   *
   * @param token 16 random bytes, never used twice
   * @param copy the value or absence that it replaced, which may be handed out as a stale one; null
   *     if it carries none
   */
  record Lease(ByteBuffer token, @Nullable CacheRecord copy) implements CacheRecord {
    public Lease {
      token = token.asReadOnlyBuffer();
      if (token.remaining() != TOKEN_BYTES) {
        throw new IllegalArgumentException("a lease's token has " + TOKEN_BYTES + " bytes");
      }
    }

    /** A lease without a copy. */
    public Lease(ByteBuffer token) {
      this(token, null);
    }

    /** The token, read-only; each call returns a buffer with a position of its own. */
    @Override
    public ByteBuffer token() {
      return token.duplicate();
    }
  }

  /**
   * What values and absences have in common.
   *
   * @param codec the id of the payload's codec; 0 for an absence
   * @param version of the view whose loader wrote it
   * @param epoch of the view when the lease was taken
   * @param loadedAtSeconds since 1970
   */
  record Header(byte codec, ViewVersion version, int epoch, long loadedAtSeconds) {}

  /** Says that the entity does not exist. */
  record Absence(Header header) implements CacheRecord {}

  /**
   * Holds an entity's document.
   *
   * @param payload as its codec wrote it
   */
  record Value(Header header, ByteBuffer payload) implements CacheRecord {
    public Value {
      payload = payload.asReadOnlyBuffer();
    }

    /** The payload, read-only; each call returns a buffer with a position of its own. */
    @Override
    public ByteBuffer payload() {
      return payload.duplicate();
    }
  }

  /** Is not Freshet's, or cannot be understood: a miss for every loader. */
  record Plain() implements CacheRecord {}

  /** Reads a record from what a cache key holds. Never fails: what is no record is plain. */
  static CacheRecord read(byte[] bytes) {
    ByteBuffer record = ByteBuffer.wrap(bytes);
    if (bytes.length < LEASE_BYTES || bytes[0] != LEASE) {
      return withHeader(record);
    }
    ByteBuffer token = record.slice(1, TOKEN_BYTES);
    if (bytes.length == LEASE_BYTES) {
      return new Lease(token);
    }
    CacheRecord copy = withHeader(record.slice(LEASE_BYTES, bytes.length - LEASE_BYTES));
    return copy instanceof Plain ? copy : new Lease(token, copy);
  }

  private static CacheRecord withHeader(ByteBuffer record) {
    int bytes = record.remaining();
    if (bytes == HEADER_BYTES && record.get(0) == ABSENCE) {
      return new Absence(header(record));
    }
    if (bytes >= HEADER_BYTES && record.get(0) == VALUE) {
      return new Value(header(record), record.slice(HEADER_BYTES, bytes - HEADER_BYTES));
    }
    return new Plain();
  }

  /** What values and absences begin with; empty for other records. */
  static Optional<Header> headerOf(CacheRecord record) {
    if (record instanceof Value value) {
      return Optional.of(value.header());
    }
    return record instanceof Absence absence ? Optional.of(absence.header()) : Optional.empty();
  }

  private static Header header(ByteBuffer record) {
    ByteBuffer buffer = record.slice(1, HEADER_BYTES - 1);
    return new Header(
        buffer.get(),
        new ViewVersion(Byte.toUnsignedInt(buffer.get()), Byte.toUnsignedInt(buffer.get())),
        buffer.getInt(),
        Integer.toUnsignedLong(buffer.getInt()));
  }

  /** A lease as it stands in Redis. */
  static byte[] lease(byte[] token) {
    byte[] bytes = new byte[LEASE_BYTES];
    bytes[0] = LEASE;
    System.arraycopy(token, 0, bytes, 1, TOKEN_BYTES);
    return bytes;
  }

  /** An absence as it stands in Redis. */
  static byte[] absence(Header header) {
    return withHeader(ABSENCE, header, new byte[0]);
  }

  /** A value as it stands in Redis. */
  static byte[] value(Header header, byte[] payload) {
    return withHeader(VALUE, header, payload);
  }

  private static byte[] withHeader(byte kind, Header header, byte[] payload) {
    ByteBuffer buffer = ByteBuffer.allocate(HEADER_BYTES + payload.length);
    buffer.put(kind).put(header.codec());
    buffer.put((byte) header.version().major()).put((byte) header.version().minor());
    buffer.putInt(header.epoch()).putInt((int) header.loadedAtSeconds()).put(payload);
    return buffer.array();
  }
}
