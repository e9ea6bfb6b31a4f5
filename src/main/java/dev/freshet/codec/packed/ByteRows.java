package dev.freshet.codec.packed;

import static dev.freshet.codec.packed.Words.LONG;

import dev.freshet.codec.UndecodableException;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * A matrix of integers from 0 to 255, a byte each, in the rows stream. If each row is written as
 * its difference (exclusive or) from the most similar row before it, the bits stream says which
 * that is, as so many rows back, or 0 for none, all in the same number of bits.
 */
final class ByteRows {
  /** Stand in the layout where else a coding of integers stands. */
  static final int PLAIN = 64;

  static final int DIFFERENCES = 65;

  private static final int COLUMNS_MIN = 8;
  private static final int BYTES_MIN = 64;
  private static final int ROWS_MIN = 8;

  /**
   * How many rows before it a row is compared with: fewer where rows are many, to bound the time.
   */
  private static final int ROWS_BACK_MAX = 4096;

  private static final int ROWS_BACK_MIN = 16;
  private static final int WORDS_COMPARED_MAX = 1 << 26;

  private ByteRows() {}

  /** Whether integers are such a matrix. */
  static boolean fits(long[] values, int columns) {
    if (columns < COLUMNS_MIN || values.length < BYTES_MIN) {
      return false;
    }
    for (long value : values) {
      if ((value & ~0xFFL) != 0) {
        return false;
      }
    }
    return true;
  }

  static void write(long[] values, int columns, Streams out) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    int rows = bytes.length / columns;
    int[] back = rows < ROWS_MIN ? new int[rows] : nearest(bytes, rows, columns);
    byte[] differences = bytes.clone();
    for (int row = rows - 1; row > 0; row--) {
      if (back[row] > 0) {
        xor(differences, row * columns, bytes, (row - back[row]) * columns, columns);
      }
    }
    int width = width(rows);
    if (entropy(bytes) <= entropy(differences) + (double) width * rows) {
      out.layout.put(PLAIN);
      out.rows.put(bytes);
      return;
    }
    out.layout.put(DIFFERENCES);
    out.rows.put(differences);
    for (int rowsBack : back) {
      out.bits.put(rowsBack, width);
    }
  }

  private static int width(int rows) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(rows - 1);
  }

  /** For each row how far back the most similar one is; 0 where none is similar enough. */
  private static int[] nearest(byte[] bytes, int rows, int columns) {
    int words = (columns + 7) / 8;
    long[] packed = new long[rows * words];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        packed[row * words + column / 8] |=
            (bytes[row * columns + column] & 0xFFL) << (column % 8 * 8);
      }
    }
    int rowsBack =
        Math.max(ROWS_BACK_MIN, Math.min(ROWS_BACK_MAX, WORDS_COMPARED_MAX / (rows * words)));
    int[] back = new int[rows];
    for (int row = 1; row < rows; row++) {
      // As many bits as differ from nothing, of a row that is random.
      int least = columns * Byte.SIZE / 2;
      for (int other = row - 1; other >= Math.max(0, row - rowsBack); other--) {
        int distance = 0;
        for (int i = 0; i < words; i++) {
          distance += Long.bitCount(packed[row * words + i] ^ packed[other * words + i]);
        }
        if (distance < least) {
          least = distance;
          back[row] = row - other;
        }
      }
    }
    return back;
  }

  /** The bits that bytes take of which only it matters how often each occurs. */
  private static double entropy(byte[] bytes) {
    int[] occurrences = new int[256];
    for (byte b : bytes) {
      occurrences[b & 0xFF]++;
    }
    return Cost.ofBytes(occurrences, bytes.length);
  }

  private static void xor(byte[] target, int at, byte[] source, int from, int count) {
    int i = 0;
    for (; i <= count - 8; i += 8) {
      LONG.set(target, at + i, (long) LONG.get(target, at + i) ^ (long) LONG.get(source, from + i));
    }
    for (; i < count; i++) {
      target[at + i] ^= source[from + i];
    }
  }

  /**
   * Goes over a matrix and checks it; what it returns makes it.
   *
   * @param coding {@link #PLAIN} or {@link #DIFFERENCES}
   */
  static Supplier<byte[]> read(int coding, int count, int columns, Parts in)
      throws UndecodableException {
    byte[] stream = in.rows.bytes();
    int start = in.rows.skip(count);
    if (coding != DIFFERENCES || columns == 0) {
      return () -> Arrays.copyOfRange(stream, start, start + count);
    }
    int rows = count / columns;
    int width = width(rows);
    BitSource bits = in.bits;
    long backs = bits.skip(rows, width);
    for (int row = 0; row < rows; row++) {
      if (bits.peek(backs + (long) row * width, width) > row) {
        throw new UndecodableException("the packed payload has a row like one before the first");
      }
    }
    return () -> {
      byte[] bytes = Arrays.copyOfRange(stream, start, start + count);
      for (int row = 0; row < rows; row++) {
        int back = (int) bits.peek(backs + (long) row * width, width);
        if (back > 0) {
          xor(bytes, row * columns, bytes, (row - back) * columns, columns);
        }
      }
      return bytes;
    };
  }
}
