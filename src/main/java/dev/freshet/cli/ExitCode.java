package dev.freshet.cli;

import dev.freshet.cli.bench.BenchFailedException;
import dev.freshet.cli.demo.UnexpectedException;
import dev.freshet.cli.servers.ServerFailedException;
import dev.freshet.config.ConfigException;
import dev.freshet.daemon.TrainingException;
import dev.freshet.eviction.OtherDatabaseException;
import dev.freshet.http.ListenFailedException;
import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.loading.LoadFailedException;
import dev.freshet.loading.UnknownViewException;
import dev.freshet.postgres.MigrationException;
import dev.freshet.postgres.NotMigratedException;
import dev.freshet.postgres.PostgresRefusedException;
import dev.freshet.view.MalformedKeyException;

/** How the program ends. */
public final class ExitCode {
  /** Done. */
  public static final int DONE = 0;

  /** A check failed, or something was not found. */
  public static final int NOT_FOUND = 1;

  /** Bad usage or configuration. */
  public static final int USAGE = 2;

  /** A server could not be reached. */
  public static final int UNREACHABLE = 3;

  /** A fault of Freshet's own; the message holds a stack trace to report. */
  public static final int BUG = 70;

  private ExitCode() {}

  static int of(Exception e) {
    if (e instanceof ConfigException
        || e instanceof MigrationException
        || e instanceof NotMigratedException
        || e instanceof PostgresRefusedException
        || e instanceof OtherDatabaseException
        || e instanceof UnknownViewException
        || e instanceof MalformedKeyException
        || e instanceof ListenFailedException) {
      return USAGE;
    } else if (e instanceof ServerUnavailableException
        || e instanceof ServerFailedException
        || e instanceof LoadFailedException) {
      return UNREACHABLE;
    } else if (e instanceof UnexpectedException
        || e instanceof BenchFailedException
        || e instanceof TrainingException) {
      return NOT_FOUND;
    }
    return BUG;
  }
}
