package dev.freshet.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the texts of a configuration are read: durations, percentages, numbers, choices. Each reader
 * throws {@link IllegalArgumentException} with what is wrong and what to write.
 */
final class Values {
  /** Longer durations are refused. */
  static final Duration DURATION_MAX = Duration.ofDays(3650);

  private static final Pattern DURATION = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");
  private static final Pattern PERCENTAGE = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,3})?)%");

  private static final Pattern BYTES = Pattern.compile("(\\d{1,9})(kB|MB|GB)");

  private Values() {}

  /** A text that is not empty. */
  static String text(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("is empty; write a value or remove the line");
    }
    return text;
  }

  /**
   * A duration above zero, as {@code 30d}, {@code 12h}, {@code 10m}, {@code 60s}, {@code 500ms}.
   */
  static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "`%s` is no duration; write a whole number and a unit, as 30d, 12h, 10m, 60s or 500ms"
              .formatted(text));
    }
    long amount = Long.parseLong(matcher.group(1));
    Duration duration =
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(amount);
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          case "h" -> Duration.ofHours(amount);
          default -> Duration.ofDays(amount);
        };
    if (duration.isZero() || duration.compareTo(DURATION_MAX) > 0) {
      throw new IllegalArgumentException(
          "`%s` is out of range; write a duration above 0 and up to %dd"
              .formatted(text, DURATION_MAX.toDays()));
    }
    return duration;
  }

  /**
   * A reader of sizes in bytes, as {@code 8GB}, {@code 500MB}, {@code 1024kB}; a unit is 1024 of
   * the one before, as in Postgres' own settings.
   */
  static Function<String, Long> bytes(long min) {
    return text -> {
      Matcher matcher = BYTES.matcher(text);
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "`%s` is no size; write a whole number and a unit, as 8GB, 500MB or 1024kB"
                .formatted(text));
      }
      int shift =
          switch (matcher.group(2)) {
            case "kB" -> 10;
            case "MB" -> 20;
            default -> 30;
          };
      long bytes = Long.parseLong(matcher.group(1)) << shift;
      if (bytes < min) {
        throw new IllegalArgumentException(
            "`%s` is too small; write at least %dkB".formatted(text, min >> 10));
      }
      return bytes;
    };
  }

  /** A percentage, as {@code 10%}, as a part of one. */
  static double percentage(String text) {
    Matcher matcher = PERCENTAGE.matcher(text);
    if (!matcher.matches() || Double.parseDouble(matcher.group(1)) > 100) {
      throw new IllegalArgumentException(
          "`%s` is no percentage; write a number from 0 to 100 and a %%, as 10%%".formatted(text));
    }
    return Double.parseDouble(matcher.group(1)) / 100;
  }

  /** A reader of whole numbers of a range. */
  static Function<String, Integer> wholeNumber(int min, int max) {
    return text -> {
      if (!text.matches("\\d{1,9}")
          || Integer.parseInt(text) < min
          || Integer.parseInt(text) > max) {
        throw new IllegalArgumentException(
            "`%s` is out of range; write a whole number from %d to %d".formatted(text, min, max));
      }
      return Integer.parseInt(text);
    };
  }

  /** {@code true} or {@code false}. */
  static boolean trueOrFalse(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException(
              "`%s` is neither; write true or false".formatted(text));
    };
  }

  /** A reader of an enumeration's names, in small letters. */
  static <E extends Enum<E>> Function<String, E> oneOf(Class<E> type) {
    List<String> names =
        Arrays.stream(type.getEnumConstants()).map(e -> e.name().toLowerCase(Locale.ROOT)).toList();
    return text -> {
      int at = names.indexOf(text);
      if (at < 0) {
        throw new IllegalArgumentException(
            "`%s` is not among the choices; write %s".formatted(text, String.join(" or ", names)));
      }
      return type.getEnumConstants()[at];
    };
  }
}
