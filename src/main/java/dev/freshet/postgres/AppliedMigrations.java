package dev.freshet.postgres;

import java.util.function.Consumer;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;

/**
 * Tells which migrations were applied, also those of a run that failed later, whose result Flyway
 * does not return.
 */
final class AppliedMigrations implements Callback {
  private final Consumer<MigrationInfo> onApplied;

  AppliedMigrations(Consumer<MigrationInfo> onApplied) {
    this.onApplied = onApplied;
  }

  @Override
  public boolean supports(Event event, Context context) {
    return event == Event.AFTER_EACH_MIGRATE;
  }

  @Override
  public boolean canHandleInTransaction(Event event, Context context) {
    return true;
  }

  @Override
  public void handle(Event event, Context context) {
    onApplied.accept(context.getMigrationInfo());
  }

  @Override
  public String getCallbackName() {
    return "applied";
  }
}
