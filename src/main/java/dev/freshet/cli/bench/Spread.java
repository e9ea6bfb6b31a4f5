package dev.freshet.cli.bench;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where figures lie that were measured several times.
 *
 * @param median half of the figures are not above it, half are not below
 * @param lowerQuartile a quarter of the way from the least figure to the greatest, by rank; between
 *     two figures interpolated
 * @param upperQuartile three quarters of the way
 */
record Spread(double median, double min, double max, double lowerQuartile, double upperQuartile) {

  /**
   * The spread of at least one figure.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Spread of(Collection<Double> figures) {
    if (figures.isEmpty()) {
      throw new IllegalArgumentException("no figures have no spread");
    }
    double[] sorted = figures.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return new Spread(
        quantile(sorted, 0.5),
        sorted[0],
        sorted[sorted.length - 1],
        quantile(sorted, 0.25),
        quantile(sorted, 0.75));
  }

  private static double quantile(double[] sorted, double share) {
    double rank = share * (sorted.length - 1);
    int below = (int) rank;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
  }

  /**
   * The figures by name.
   *
   * @param decimals how many digits to keep after the point
   */
  Map<String, Double> toMap(int decimals) {
    Map<String, Double> map = new LinkedHashMap<>();
    map.put("median", rounded(median, decimals));
    map.put("min", rounded(min, decimals));
    map.put("max", rounded(max, decimals));
    map.put("lowerQuartile", rounded(lowerQuartile, decimals));
    map.put("upperQuartile", rounded(upperQuartile, decimals));
    map.put("interquartileRange", rounded(upperQuartile - lowerQuartile, decimals));
    return map;
  }

  static double rounded(double figure, int decimals) {
    double unit = Math.pow(10, decimals);
    return Math.round(figure * unit) / unit;
  }

  static double[] rounded(Collection<Double> figures, int decimals) {
    return figures.stream().mapToDouble(figure -> rounded(figure, decimals)).toArray();
  }
}
