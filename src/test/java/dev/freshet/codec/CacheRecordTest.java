package dev.freshet.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.RandomCases;
import dev.freshet.view.ViewVersion;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CacheRecordTest {

  private static byte[] randomBytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static CacheRecord.Header randomHeader(Random random, int codec) {
    return new CacheRecord.Header(
        (byte) codec,
        new ViewVersion(random.nextInt(256), random.nextInt(256)),
        random.nextInt(),
        random.nextLong(1L << 32));
  }

  @Test
  void everyRecordIsReadBack() {
    RandomCases.check(
        2_000,
        random -> {
          byte[] token = randomBytes(random, CacheRecord.TOKEN_BYTES);
          CacheRecord.Header header = randomHeader(random, random.nextInt(256));
          byte[] payload = randomBytes(random, random.nextInt(50));

          assertThat(CacheRecord.read(CacheRecord.lease(token)))
              .isEqualTo(new CacheRecord.Lease(ByteBuffer.wrap(token)));
          assertThat(CacheRecord.read(CacheRecord.absence(header)))
              .isEqualTo(new CacheRecord.Absence(header));
          assertThat(CacheRecord.read(CacheRecord.value(header, payload)))
              .isEqualTo(new CacheRecord.Value(header, ByteBuffer.wrap(payload)));
        });
  }

  @Test
  void theLayoutIsTheOneThatScriptsRead() {
    CacheRecord.Header header =
        new CacheRecord.Header((byte) 3, new ViewVersion(1, 255), 0x01020304, 0xF0000001L);

    assertThat(CacheRecord.value(header, new byte[] {'{', '}'}))
        .containsExactly(2, 3, 1, 0xFF, 1, 2, 3, 4, 0xF0, 0, 0, 1, '{', '}');
    assertThat(CacheRecord.absence(header)).startsWith(1, 3, 1, 0xFF).hasSize(12);
    assertThat(CacheRecord.lease(new byte[16])).containsOnly(0).hasSize(17);
  }

  @Test
  void anythingElseIsPlainAndNothingFails() {
    RandomCases.check(
        5_000,
        random -> {
          byte[] bytes = randomBytes(random, random.nextInt(40));
          if (bytes.length > 17) {
            bytes[17] = (byte) random.nextInt(4);
          }
          if (bytes.length > 0 && random.nextBoolean()) {
            bytes[0] = (byte) random.nextInt(4);
          }
          CacheRecord record = CacheRecord.read(bytes);

          boolean isPlain =
              bytes.length == 0
                  || bytes[0] < 0
                  || bytes[0] > 2
                  || (bytes[0] == 0 && bytes.length != 17 && !isLeaseWithCopy(bytes))
                  || (bytes[0] == 1 && bytes.length != 12)
                  || (bytes[0] == 2 && bytes.length < 12);
          assertThat(record instanceof CacheRecord.Plain).isEqualTo(isPlain);
        });
    assertThat(CacheRecord.read("{\"a\": 1}".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .isEqualTo(new CacheRecord.Plain());
  }

  private static boolean isLeaseWithCopy(byte[] bytes) {
    return (bytes.length == 29 && bytes[17] == 1) || (bytes.length >= 29 && bytes[17] == 2);
  }

  @Test
  void aLeaseMayCarryACopyOfAValueOrAnAbsenceAndOfNothingElse() {
    byte[] lease = CacheRecord.lease(new byte[16]);
    CacheRecord.Header header = randomHeader(new Random(7), 1);
    byte[] value = CacheRecord.value(header, new byte[] {'{', '}'});
    byte[] absence = CacheRecord.absence(header);

    for (byte[] record : List.of(value, absence)) {
      CacheRecord read = CacheRecord.read(concat(lease, record));
      assertThat(read).isInstanceOf(CacheRecord.Lease.class);
      assertThat(((CacheRecord.Lease) read).copy()).isEqualTo(CacheRecord.read(record));
    }
    assertThat(CacheRecord.read(concat(lease, lease))).isInstanceOf(CacheRecord.Plain.class);
    assertThat(CacheRecord.read(concat(lease, new byte[] {2, 0})))
        .isInstanceOf(CacheRecord.Plain.class);
  }

  private static byte[] concat(byte[] one, byte[] two) {
    return ByteBuffer.allocate(one.length + two.length).put(one).put(two).array();
  }

  @Test
  void readingATokenOrAPayloadDoesNotChangeTheRecord() {
    CacheRecord.Header header = randomHeader(new Random(7), 1);
    var lease = new CacheRecord.Lease(ByteBuffer.wrap(new byte[16]));
    var value = new CacheRecord.Value(header, ByteBuffer.wrap(new byte[] {1, 2, 3}));
    lease.token().get(new byte[16]);
    value.payload().get(new byte[3]);

    assertThat(lease.token().remaining()).isEqualTo(16);
    assertThat(value.payload().remaining()).isEqualTo(3);
    assertThat(value.payload().isReadOnly()).isTrue();
  }

  @Test
  void aTokenHasSixteenBytes() {
    assertThatThrownBy(() -> new CacheRecord.Lease(ByteBuffer.allocate(15)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a lease's token has 16 bytes");
  }
}
