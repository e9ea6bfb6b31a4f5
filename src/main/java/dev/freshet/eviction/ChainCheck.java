package dev.freshet.eviction;

import dev.freshet.change.History;
import dev.freshet.change.Link;
import dev.freshet.change.PgSnapshot;
import dev.freshet.eviction.EvictionListener.NewChain;
import dev.freshet.view.FeatureView;
import java.util.List;
import java.util.Optional;

/** Compares the chain that Redis holds with the database. Decides; does nothing. */
final class ChainCheck {
  private ChainCheck() {}

  /** The link, if all of the chain's fields are there. */
  static Optional<Link> wholeLink(Chain.State seen) {
    boolean isWhole =
        seen.fields().containsKey(Chain.Field.GENERATION)
            && seen.fields().containsKey(Chain.Field.HISTORY);
    try {
      return isWhole && !seen.link().isEmpty()
          ? Optional.of(Link.parse(seen.link()))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // what cannot be understood says nothing about what was applied
    }
  }

  /** Why the link's position cannot be gone on from; empty if it can. */
  static Optional<NewChain> reasonForNewChain(
      Chain.State seen, ChangeSource.Reading reading, PgSnapshot since) {
    String generation = seen.fields().get(Chain.Field.GENERATION);
    if (reading.generation().isEmpty() || !reading.generation().get().equals(generation)) {
      return Optional.of(NewChain.OTHER_GENERATION);
    } else if (since.xmax() > reading.snapshot().xmax()) {
      return Optional.of(NewChain.FOREIGN);
    } else if (!since.seesAllOf(reading.floor())) {
      return Optional.of(NewChain.TOO_OLD);
    }
    return Optional.empty();
  }

  private static boolean hasEpoch(Chain.State seen, FeatureView view) {
    return Chain.Field.isEpoch(seen.fields().getOrDefault(Chain.Field.epoch(view.name()), ""));
  }

  /**
   * The views that must be swept because the chain has another definition or no epoch of them, or
   * their tables had another shape when they were swept last.
   */
  static List<FeatureView> outdatedViews(
      List<FeatureView> views, Chain.State seen, WatchRules known) {
    return views.stream()
        .filter(view -> !known.unmigrated().contains(view.name()))
        .filter(
            view ->
                !known
                        .definition(view)
                        .equals(seen.fields().get(Chain.Field.definition(view.name())))
                    || !known.shape(view).equals(seen.fields().get(Chain.Field.shape(view.name())))
                    || !hasEpoch(seen, view))
        .toList();
  }

  /**
   * Whether the database may write to the chain at all.
   *
   * @return why a new chain is started
   * @throws OtherDatabaseException if the chain is another database's and may not be adopted
   * @throws OldPrimaryException if the server was left behind by a promotion
   */
  static NewChain checkHistory(Chain.State before, History history, NewChain why, boolean adopt) {
    String stored = before.fields().get(Chain.Field.HISTORY);
    if (stored == null) {
      return why;
    }
    History old;
    try {
      old = History.parse(stored);
    } catch (IllegalArgumentException e) {
      return why; // what cannot be understood names no other database
    }
    if (!old.isSameDatabase(history)) {
      if (!adopt) {
        throw new OtherDatabaseException(old, history);
      }
      return NewChain.ADOPTED;
    }
    if (history.timeline() < old.timeline()) {
      throw new OldPrimaryException(old, history);
    }
    return why;
  }
}
