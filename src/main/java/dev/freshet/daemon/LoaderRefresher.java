package dev.freshet.daemon;

import dev.freshet.eviction.Refresher;
import dev.freshet.loading.FeatureStore.ViewState;
import dev.freshet.loading.Refills;
import java.time.Duration;

/** Refreshes with the daemon's own loader. */
final class LoaderRefresher implements Refresher {
  private final Refills refills;

  LoaderRefresher(Refills refills) {
    this.refills = refills;
  }

  @Override
  public int room() {
    return refills.room();
  }

  @Override
  public Duration leaseTime() {
    return refills.leaseTime();
  }

  @Override
  public void refresh(Leased leased, String generation, String epoch) {
    ViewState state =
        new ViewState(
            generation, Integer.parseUnsignedInt(epoch, 16), leased.view().definitionHash());
    Duration keepMax =
        leased.keepMsMax().isPresent() ? Duration.ofMillis(leased.keepMsMax().getAsLong()) : null;
    refills.begin(leased.view(), leased.key(), leased.token().array(), state, keepMax);
  }
}
