package dev.freshet.codec.packed;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The coding that takes the least.
 *
 * @param cost what it takes, in bits
 */
record Cheapest<C>(C coding, long cost) {

  /**
   * One of several codings: an earlier one, unless a later one pays.
   *
   * @param codings at least one
   * @param cost what a coding takes, in bits
   */
  static <C> Cheapest<C> of(List<C> codings, ToLongFunction<C> cost) {
    C cheapest = codings.get(0);
    long least = cost.applyAsLong(cheapest);
    for (C coding : codings.subList(1, codings.size())) {
      long other = cost.applyAsLong(coding);
      if (Cost.pays(other, least)) {
        least = other;
        cheapest = coding;
      }
    }
    return new Cheapest<>(cheapest, least);
  }
}
