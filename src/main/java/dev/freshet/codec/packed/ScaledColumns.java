package dev.freshet.codec.packed;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Columns of a table that are integers times a power of a base, where another column says which: as
 * coordinates that were found on one of several scales. Layout: that column's place; data: the
 * base, in thousandths; then the integers, in a coding.
 */
final class ScaledColumns {
  /** Powers up to this one. */
  static final int POWER_MAX = 31;

  /** A base in thousandths, doubled, and one more if it is rounded to a float. */
  static final int BASE_MAX = 127_999;

  private static final double THOUSANDTHS = 1000.0;
  private static final double INTEGER_MAX = 1 << 30;

  private final int powerColumn;
  private final long[] powers;
  private final Set<Integer> bases;

  private ScaledColumns(int powerColumn, long[] powers, Set<Integer> bases) {
    this.powerColumn = powerColumn;
    this.powers = powers;
    this.bases = bases;
  }

  /** Looks for the column of powers, and for bases that columns with few values suggest. */
  static ScaledColumns among(List<Numbers> columns) {
    int powerColumn = -1;
    long[] powers = {};
    for (int i = 0; i < columns.size() && powerColumn < 0; i++) {
      long[] integers = columns.get(i).integers();
      if (integers != null && arePowers(integers)) {
        powerColumn = i;
        powers = integers;
      }
    }
    Set<Integer> bases = new LinkedHashSet<>();
    for (Numbers column : columns) {
      long[] floats = column.floats();
      if (powerColumn >= 0 && floats != null) {
        suggest(floats, powers, bases);
      }
    }
    return new ScaledColumns(powerColumn, powers, bases);
  }

  private static boolean arePowers(long[] integers) {
    boolean differ = false;
    for (long integer : integers) {
      if (integer < 0 || integer > POWER_MAX) {
        return false;
      }
      differ |= integer != integers[0];
    }
    return differ;
  }

  /** Takes the ratio of two values of different powers, if each power has one value only. */
  private static void suggest(long[] floats, long[] powers, Set<Integer> bases) {
    List<@Nullable Long> byPower = new ArrayList<>();
    for (int i = 0; i <= POWER_MAX; i++) {
      byPower.add(null);
    }
    for (int i = 0; i < floats.length; i++) {
      Long known = byPower.set((int) powers[i], floats[i]);
      if (known != null && known != floats[i]) {
        return;
      }
    }
    int low = 0;
    while (byPower.get(low) == null) {
      low++;
    }
    int high = POWER_MAX;
    while (byPower.get(high) == null) {
      high--;
    }
    Long first = byPower.get(low);
    Long last = byPower.get(high);
    if (first != null && last != null) {
      double ratio = BinaryFormat.FLOAT32.toDouble(last) / BinaryFormat.FLOAT32.toDouble(first);
      double base = Math.pow(ratio, 1.0 / (high - low)) * THOUSANDTHS;
      if (base >= 1 && base * 2 < BASE_MAX) {
        bases.add(2 * (int) Math.rint(base) + 1);
        bases.add(2 * (int) Math.rint(base));
      }
    }
  }

  /** The powers of a base, each rounded to a float. */
  static double[] powersOf(int code) {
    double exact = (code >> 1) / THOUSANDTHS;
    double base = (code & 1) == 0 ? exact : ((float) exact);
    double[] powers = new double[POWER_MAX + 1];
    double power = 1;
    for (int i = 0; i < powers.length; i++) {
      powers[i] = (float) power;
      power *= base;
    }
    return powers;
  }

  private long @Nullable [] integers(long[] floats, double[] byPower) {
    long[] integers = new long[floats.length];
    for (int i = 0; i < floats.length; i++) {
      double power = byPower[(int) powers[i]];
      double quotient = BinaryFormat.FLOAT32.toDouble(floats[i]) / power;
      if (!(Math.abs(quotient) <= INTEGER_MAX)) {
        return null;
      }
      integers[i] = Math.round(quotient);
      if (BinaryFormat.FLOAT32.bitsOf(integers[i] * power) != floats[i]) {
        return null;
      }
    }
    return integers;
  }

  /** Writes a column so, if that is possible and shorter. */
  boolean write(int column, Numbers numbers, Streams out) {
    long[] floats = numbers.floats();
    if (floats == null || column == powerColumn) {
      return false;
    }
    for (int base : bases) {
      long[] integers = integers(floats, powersOf(base));
      if (integers != null && 24 + IntCodings.cost(integers) < numbers.cost()) {
        numbers.writeFloatForm(out.layout);
        out.layout.put(FloatCodings.SCALED);
        out.layout.putVarint(powerColumn);
        out.data.putVarint(base);
        IntCodings.write(integers, out);
        return true;
      }
    }
    return false;
  }
}
