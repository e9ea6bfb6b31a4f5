package dev.freshet.cli.bench;

import dev.freshet.postgres.PostgresDatabase;
import dev.freshet.postgres.PostgresDoorbell;
import dev.freshet.postgres.Session;
import java.util.concurrent.atomic.AtomicLong;

/** A session that listens and counts what it hears. */
final class CountedNotifications implements AutoCloseable {
  private final Session session;
  private final AtomicLong heard = new AtomicLong();

  private CountedNotifications(Session session) {
    this.session = session;
  }

  /** Begins to listen on a channel. */
  static CountedNotifications on(PostgresDatabase database, String channel) {
    CountedNotifications counted = new CountedNotifications(Session.openUnhurried(database));
    counted.session.listen(channel, payload -> counted.heard.incrementAndGet());
    return counted;
  }

  /**
   * Begins to listen for rings and takes the sleep lock, as a daemon does before it sleeps. It is
   * never given back: every writer rings.
   */
  static CountedNotifications asleep(PostgresDatabase database) {
    CountedNotifications counted = on(database, PostgresDoorbell.CHANNEL);
    counted.session.ask(
        "SELECT pg_advisory_lock(?, ?)::text",
        PostgresDoorbell.LOCK_CLASS,
        PostgresDoorbell.SLEEP_LOCK);
    return counted;
  }

  /** How many notifications of transactions that have ended there were. */
  long heard() {
    // Postgres sends what is due before it says that it is ready for the next statement; the reply
    // to the second one cannot come before that.
    session.ask("SELECT 'heard'");
    session.ask("SELECT 'heard'");
    return heard.get();
  }

  @Override
  public void close() {
    session.close();
  }
}
