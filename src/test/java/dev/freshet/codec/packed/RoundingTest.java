package dev.freshet.codec.packed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.freshet.RandomCases;
import dev.freshet.codec.UndecodableException;
import dev.freshet.codec.packed.Rounding.Loss;
import dev.freshet.view.Precision;
import dev.freshet.view.Precision.NumberType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RoundingTest {
  private static final List<String> REAL_FIELDS =
      List.of(
          "features.fast.avg_color_features",
          "features.fast.color_grid_3x3",
          "features.fast.color_skew",
          "features.fast.hu_moments",
          "features.hist.hsv_8x8x4",
          "features.hist.lbp_59",
          "features.orb.keypoints.angle",
          "features.orb.keypoints.response",
          "features.orb.descriptors");

  private static Rounded round(String json, Object... pathsAndTypes) {
    List<Precision.Field> fields = new ArrayList<>();
    for (int i = 0; i < pathsAndTypes.length; i += 2) {
      fields.add(new Precision.Field((String) pathsAndTypes[i], (NumberType) pathsAndTypes[i + 1]));
    }
    List<Loss> losses = new ArrayList<>();
    byte[] text = new Rounding(new Precision(fields)).round(json.getBytes(UTF_8), losses::add);
    return new Rounded(new String(text, UTF_8), losses);
  }

  private record Rounded(String text, List<Loss> losses) {
    byte[] json() {
      return text.getBytes(UTF_8);
    }
  }

  private static String text(Rounded rounded) {
    return rounded.text();
  }

  private static Document read(byte[] json) throws UndecodableException {
    return PackedFormat.decode(
        ByteBuffer.wrap(PackedFormat.encode(json, null)), number -> Optional.empty());
  }

  private static String arrayOf(double[] values) {
    return Arrays.stream(values)
        .mapToObj(Double::toString)
        .collect(Collectors.joining(",", "[", "]"));
  }

  /** What docs/record-format.md promises of one number. */
  private static double bound(NumberType type, double value, double largest, boolean isSigned) {
    double magnitude = Math.abs(value);
    return switch (type) {
      case FLOAT32 -> Math.max(1.2e-7 * magnitude, 1.5e-45);
      case FLOAT16 -> magnitude < 6.2e-5 ? 3e-8 : 0.00049 * magnitude;
      case INT8 -> (isSigned ? 0.008 : 0.004) * largest;
    };
  }

  private static void assertWithinBounds(NumberType type, double[] before, double[] after) {
    assertThat(after).hasSameSizeAs(before);
    double largest = Arrays.stream(before).map(Math::abs).max().orElse(0);
    boolean isSigned = Arrays.stream(before).anyMatch(value -> value < 0);
    for (int i = 0; i < before.length; i++) {
      assertThat(after[i])
          .as("%s of %s", type, before[i])
          .isCloseTo(before[i], within(bound(type, before[i], largest, isSigned)));
    }
  }

  @Test
  void noErrorIsAboveItsBound() {
    RandomCases.check(
        3_000,
        random -> {
          double magnitude = Math.pow(10, random.nextInt(11) - 7);
          boolean isSigned = random.nextBoolean();
          double[] before =
              random
                  .doubles(1 + random.nextInt(40))
                  .map(value -> magnitude * (isSigned ? value * 2 - 1 : value))
                  .toArray();
          for (NumberType type : NumberType.values()) {
            Rounded rounded = round(arrayOf(before), ".", type);
            try {
              double[] after = read(rounded.json()).doubles("");
              assertWithinBounds(type, before, after);
              double largestError = 0;
              for (int i = 0; i < before.length; i++) {
                largestError = Math.max(largestError, Math.abs(after[i] - before[i]));
              }
              Loss loss = rounded.losses().get(0);
              assertThat(loss.largestError()).isGreaterThanOrEqualTo(largestError);
              assertThat(loss.numbers()).isEqualTo(before.length);
              assertThat(loss.kept()).isZero();
            } catch (UndecodableException e) {
              throw new AssertionError(e);
            }
          }
        });
  }

  @Test
  void noErrorOfRealFeaturesIsAboveItsBound() throws UndecodableException {
    for (byte[] json : SampleDocuments.standard()) {
      for (String path : REAL_FIELDS) {
        if (read(json).find(path).isEmpty()) {
          continue; // a picture without corners
        }
        double[] before = read(json).doubles(path);
        for (NumberType type : NumberType.values()) {
          Rounded rounded = round(new String(json, UTF_8), path, type);
          assertWithinBounds(type, before, read(rounded.json()).doubles(path));
          assertThat(rounded.losses().get(0).numbers()).isEqualTo(before.length);
        }
      }
    }
  }

  @Test
  void halfPrecisionIsAsIeee754HasIt() {
    assertThat(Rounding.toFloat16(1 + 1.0 / 2048)).isEqualTo(1);
    assertThat(Rounding.toFloat16(1 + 3.0 / 2048)).isEqualTo(1 + 2.0 / 1024);
    assertThat(Rounding.toFloat16(0.1)).isEqualTo(0.0999755859375);
    assertThat(Rounding.toFloat16(65_519.99)).isEqualTo(65_504);
    assertThat(Rounding.toFloat16(65_520)).isNaN();
    assertThat(Rounding.toFloat16(6e-8)).isEqualTo(Math.scalb(1.0, -24));
    assertThat(Rounding.toFloat16(2e-8)).isEqualTo(0);
    assertThat(Rounding.toFloat16(-6.1e-5)).isEqualTo(-Math.scalb(1023.0, -24), within(1e-7));
  }

  @Test
  void roundedNumbersTakeAsManyBitsAsTheirTypeHas() {
    Random random = new Random(5);
    double[] vector = random.doubles(512).map(value -> value * 0.2 - 0.1).toArray();
    String json = "{\"embedding\":" + arrayOf(vector) + "}";
    int exact = PackedFormat.encode(json.getBytes(UTF_8), null).length;
    int float32 = packed(json, NumberType.FLOAT32);
    int float16 = packed(json, NumberType.FLOAT16);
    int int8 = packed(json, NumberType.INT8);
    assertThat(exact).isGreaterThan(512 * 6);
    assertThat(float32).isLessThan(512 * 4 + 40);
    assertThat(float16).isLessThan(512 * 2 + 40);
    assertThat(int8).isLessThan(512 + 40);
  }

  private static int packed(String json, NumberType type) {
    return PackedFormat.encode(round(json, "embedding", type).json(), null).length;
  }

  @Test
  void whatIsNotNamedStaysByteForByte() {
    String json =
        "{ \"a\" : [0.123456789, \"0.123456789\", null, [1.00000000001]] , \"b\":0.123456789,\"c\":{\"a\":0.123456789},\"n\":1e400}";
    assertThat(text(round(json, "none", NumberType.INT8, "b.a", NumberType.INT8))).isEqualTo(json);
    assertThat(text(round(json))).isEqualTo(json);
    assertThat(text(round(json, "a", NumberType.FLOAT32)))
        .isEqualTo(
            "{ \"a\" : [0.12345679, \"0.123456789\", null, [1.0]] , \"b\":0.123456789,\"c\":{\"a\":0.123456789},\"n\":1e400}");
    assertThat(text(round(json, "c.a", NumberType.FLOAT32, "b", NumberType.FLOAT32)))
        .contains("\"b\":0.12345679,\"c\":{\"a\":0.12345679}")
        .contains("[0.123456789,");
    assertThat(text(round("no JSON", ".", NumberType.INT8))).isEqualTo("no JSON");
  }

  @Test
  void aNameAfterAnArrayMeansThatMemberOfEach() {
    String json = "{\"k\":[{\"x\":1.23456789,\"y\":1.23456789},[{\"x\":0.100000001}],7]}";
    Rounded rounded = round(json, "k.x", NumberType.FLOAT32);
    assertThat(text(rounded))
        .isEqualTo("{\"k\":[{\"x\":1.2345679,\"y\":1.23456789},[{\"x\":0.1}],7]}");
    assertThat(rounded.losses().get(0).numbers()).isEqualTo(2);
    assertThat(text(round("{\"a.b\":{\"é\":0.123456789}}", "\"a.b\".é", NumberType.FLOAT32)))
        .isEqualTo("{\"a.b\":{\"é\":0.12345679}}");
  }

  @Test
  void numbersAreWrittenInTheStyleInWhichTheyWere() {
    assertThat(text(round("[1,2,300]", ".", NumberType.INT8))).isEqualTo("[0,2,300]");
    assertThat(text(round("[1.0,2.5,0.1]", ".", NumberType.FLOAT16)))
        .isEqualTo("[1.0,2.5,0.099975586]");
    assertThat(text(round("[1,2.5,1e-07]", ".", NumberType.FLOAT16)))
        .isEqualTo("[1,2.5,1.1920929e-07]");
    assertThat(text(round("[1.50,2.0]", ".", NumberType.FLOAT16))).isEqualTo("[1.5,2.0]");
  }

  @Test
  void whatTheTypeCannotHoldStaysAndIsCounted() {
    Rounded rounded = round("[70000.123456789,0.5,1e400]", ".", NumberType.FLOAT16);
    assertThat(text(rounded)).isEqualTo("[70000.123456789,0.5,1e400]");
    assertThat(rounded.losses().get(0).kept()).isEqualTo(2);
    assertThat(rounded.losses().get(0).largest()).isEqualTo(0.5);
    assertThat(text(round("[1e39]", ".", NumberType.FLOAT32))).isEqualTo("[1e39]");
    for (String json : List.of("[1e400,2]", "[1e300,2]", "[1e-300]", "[]", "{}", "\"1\"")) {
      assertThat(text(round(json, ".", NumberType.INT8))).isEqualTo(json);
    }
  }

  @Test
  void zeroIsZero() {
    for (NumberType type : NumberType.values()) {
      assertThat(text(round("[0,0]", ".", type))).isEqualTo("[0,0]");
      assertThat(text(round("[-0.0,0.0]", ".", type))).isEqualTo("[0.0,0.0]");
    }
    assertThat(text(round("[-0.001,100.0]", ".", NumberType.INT8))).isEqualTo("[0.0,100.0]");
  }

  @Test
  void lossesAddUp() {
    Loss one = round("[0.3]", ".", NumberType.FLOAT16).losses().get(0);
    Loss both = one.and(round("[70000,5]", ".", NumberType.FLOAT16).losses().get(0));
    assertThat(both.numbers()).isEqualTo(3);
    assertThat(both.kept()).isEqualTo(1);
    assertThat(both.largest()).isEqualTo(5);
    assertThat(both.largestError()).isEqualTo(one.largestError()).isPositive();
  }

  @Test
  void whatIsNoFieldIsRefused() {
    for (String path : List.of("", "a[0]", "a..b", "a.", "\"a", "[3]")) {
      assertThatThrownBy(() -> Rounding.checkPath(path))
          .as(path)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("`" + path + "` is no");
    }
    Rounding.checkPath(".");
    Rounding.checkPath("orb.keypoints.angle");
  }
}
