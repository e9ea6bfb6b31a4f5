package dev.freshet.codec.packed;

import java.util.List;
import java.util.Locale;
import java.util.Random;

/** JSON texts of all kinds, without white space: as Postgres might hold them, and worse. */
final class RandomJson {
  private static final List<String> ODD_NUMBERS =
      List.of(
          "0",
          "-0",
          "0.0",
          "-0.0",
          "1.0",
          "1e5",
          "1E5",
          "1e+5",
          "1e-05",
          "100000",
          "1.50",
          "0e0",
          "1" + "0".repeat(400),
          "1e400",
          "-1e-400",
          "9007199254740993",
          "9223372036854775807",
          "-9223372036854775808",
          "9223372036854775808",
          "3.4028235e38",
          "1.17549435e-38",
          "1.4e-45",
          "5e-324",
          "1.7976931348623157e308",
          "2.2250738585072014e-308",
          "130.01562",
          "0.1",
          "0.30000000000000004",
          "16777216",
          "16777217",
          "123456789012345678901234567890",
          "0.000001",
          "0.0000001",
          "1e16",
          "1e21",
          "12345678.9",
          "-0.00",
          "33554432.0");
  private static final List<String> TEXTS =
      List.of(
          "",
          "a",
          "1.0",
          "user_00017",
          "user_14079",
          "00000000-0000-4000-8000-000000000000",
          "bf9dc42e-faa8-4609-9cb1-46a90d28c030",
          "BF9DC42E-FAA8-4609-9CB1-46A90D28C030",
          "deadbeef",
          "deadbee",
          "\\u00e9",
          "é",
          "漢字",
          "😀",
          "\\\"",
          "\\\\",
          "\\n1234",
          "\\u1234",
          "\\u12345678",
          "2024-05-01T12:34:56Z",
          "123456789012345678901234",
          "\\ud800");

  private final Random random;
  private final StringBuilder out = new StringBuilder();

  private RandomJson(Random random) {
    this.random = random;
  }

  static String next(Random random) {
    RandomJson json = new RandomJson(random);
    json.value(0);
    return json.out.toString();
  }

  private String one(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }

  private int length() {
    return random.nextInt(20) == 0 ? random.nextInt(300) : random.nextInt(6);
  }

  private void value(int depth) {
    switch (random.nextInt(depth > 5 ? 4 : 10)) {
      case 0 -> out.append(one(List.of("null", "true", "false")));
      case 1 -> text();
      case 2, 3 -> number(random.nextInt(12));
      case 4, 5 -> object(depth);
      case 6 -> table(depth);
      case 7 -> array(depth);
      default -> numbers();
    }
  }

  private void text() {
    out.append('"').append(one(TEXTS)).append(random.nextBoolean() ? "" : one(TEXTS)).append('"');
  }

  private void number(int kind) {
    switch (kind) {
      case 0 -> out.append(one(ODD_NUMBERS));
      case 1 -> out.append(random.nextLong());
      case 2 -> out.append(random.nextInt(256));
      case 3 -> out.append(random.nextInt(2));
      case 4 -> out.append(finite(Float.intBitsToFloat(random.nextInt())));
      case 5 -> out.append(finite(Double.longBitsToDouble(random.nextLong())));
      case 6 -> out.append(random.nextFloat());
      case 7 -> out.append(random.nextGaussian());
      case 8 -> out.append(random.nextInt(100_000) / 100.0);
      case 9 -> out.append(String.format(Locale.ROOT, "%.2f", random.nextDouble() * 1000));
      case 10 -> out.append((float) random.nextInt(500));
      default -> out.append(random.nextInt(50) / 37.0f);
    }
  }

  private static String finite(double value) {
    return Double.isFinite(value) ? Double.toString(value) : "0.0";
  }

  private static String finite(float value) {
    return Float.isFinite(value) ? Float.toString(value) : "0.0";
  }

  private void numbers() {
    int kind = random.nextInt(13);
    int zeros = random.nextInt(3);
    out.append('[');
    for (int i = 0, n = length() * (1 + random.nextInt(3)); i < n; i++) {
      out.append(i == 0 ? "" : ",");
      if (zeros == 0 && random.nextInt(3) > 0) {
        out.append(kind == 2 || kind == 3 ? "0" : "0.0");
      } else {
        number(kind);
      }
    }
    out.append(']');
  }

  private void array(int depth) {
    boolean isGrid = random.nextBoolean();
    int columns = random.nextInt(20);
    out.append('[');
    for (int i = 0, n = length(); i < n; i++) {
      out.append(i == 0 ? "" : ",");
      if (isGrid) {
        out.append('[');
        for (int j = 0; j < columns; j++) {
          out.append(j == 0 ? "" : ",").append(random.nextInt(256));
        }
        out.append(']');
      } else {
        value(depth + 1);
      }
    }
    out.append(']');
  }

  private void object(int depth) {
    out.append('{');
    for (int i = 0, n = random.nextInt(6); i < n; i++) {
      out.append(i == 0 ? "" : ",").append("\"k").append(i).append(one(TEXTS)).append("\":");
      value(depth + 1);
    }
    out.append('}');
  }

  /** Alike objects; a column's numbers are of one kind, and one may be scaled by another. */
  private void table(int depth) {
    int columns = random.nextInt(5);
    boolean isScaled = random.nextBoolean();
    out.append('[');
    for (int row = 0, n = length(); row < n; row++) {
      int octave = random.nextInt(8);
      float scale = (float) Math.pow(1.2f, octave);
      out.append(row == 0 ? "" : ",").append("{\"size\":").append(31 * scale);
      out.append(",\"octave\":").append(octave);
      if (isScaled) {
        out.append(",\"x\":").append(random.nextInt(500) * scale);
      }
      for (int i = 0; i < columns; i++) {
        out.append(",\"c").append(i).append("\":");
        if (i == 3) {
          value(depth + 2);
        } else {
          number(i * 3 + 2);
        }
      }
      out.append('}');
    }
    out.append(']');
  }
}
