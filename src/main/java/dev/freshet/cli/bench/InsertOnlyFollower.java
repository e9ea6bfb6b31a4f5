package dev.freshet.cli.bench;

import dev.freshet.postgres.Session;
import java.util.OptionalLong;

/**
 * A log that nobody reads, as plain as one can be from which changes could be read in order: a
 * table without WAL, an index on the transactions' ids, and a trigger of one statement. It knows
 * neither doorbell nor bound, never gets smaller, and fails writers when the key is renamed.
 */
final class InsertOnlyFollower implements Follower {
  private static final String TRIGGER =
      """
      CREATE UNLOGGED TABLE public.plain_log (
        xid      xid8        NOT NULL,
        at       timestamptz NOT NULL,
        image_id text        NOT NULL);
      CREATE INDEX ON public.plain_log (xid);
      CREATE FUNCTION public.log_plainly() RETURNS trigger LANGUAGE plpgsql AS $plain$
      BEGIN
        INSERT INTO public.plain_log
        SELECT pg_current_xact_id(), clock_timestamp(), image_id::text FROM changed_rows;
        RETURN NULL;
      END
      $plain$;
      CREATE TRIGGER log_plainly AFTER UPDATE ON public.image_features
        REFERENCING NEW TABLE AS changed_rows
        FOR EACH STATEMENT EXECUTE FUNCTION public.log_plainly()
      """;

  private final Session session;

  private InsertOnlyFollower(Session session) {
    this.session = session;
  }

  /**
   * Creates the log and its trigger.
   *
   * @param session counts what was logged; is not closed
   */
  static InsertOnlyFollower start(Session session) {
    session.run(TRIGGER);
    return new InsertOnlyFollower(session);
  }

  @Override
  public void startCounting() {
    session.run("TRUNCATE public.plain_log");
  }

  @Override
  public OptionalLong awaitAll(long transactions) {
    long logged =
        Long.parseLong(session.ask("SELECT count(*)::text FROM public.plain_log").orElseThrow());
    if (logged != transactions) {
      throw new BenchFailedException(
          "%s: the log got %d rows from %d transactions"
              .formatted(WriterSide.INSERT_ONLY, logged, transactions));
    }
    return OptionalLong.empty();
  }

  @Override
  public void close() {}
}
