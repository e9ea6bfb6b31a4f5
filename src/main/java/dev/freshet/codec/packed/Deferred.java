package dev.freshet.codec.packed;

import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A value, mostly an array, that is made when it is first asked for, and then kept. Making it
 * cannot fail: what it is made of was checked before. Safe for use by many threads, who may make it
 * twice.
 */
final class Deferred<A> {
  private final Supplier<A> maker;
  private volatile @Nullable A kept;

  Deferred(Supplier<A> maker) {
    this.maker = maker;
  }

  /** An array that is there already. */
  static <A> Deferred<A> of(A made) {
    Deferred<A> deferred = new Deferred<>(() -> made);
    deferred.kept = made;
    return deferred;
  }

  /** The array; not to be modified. */
  A get() {
    A known = kept;
    if (known == null) {
      known = maker.get();
      kept = known;
    }
    return known;
  }

  /** An array of the caller's own; nothing is kept for it. */
  A copy(UnaryOperator<A> copier) {
    A known = kept;
    return known == null ? maker.get() : copier.apply(known);
  }
}
