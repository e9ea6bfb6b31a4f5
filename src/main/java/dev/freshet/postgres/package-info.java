/**
 * Everything that speaks to Postgres, through pgjdbc-ng; the only package that knows JDBC and
 * Flyway.
 *
 * <h2>Sessions</h2>
 *
 * The doorbell has a session of its own, outside the pool, with TCP keepalives set on the server's
 * side, so that a dead host does not keep the sleep lock. All else borrows from one small pool. The
 * driver has no connect timeout and no keepalive: {@link dev.freshet.postgres.PostgresConnector}
 * puts its own deadline around connecting and a network timeout on every session, and pins the
 * settings that texts of values depend on.
 *
 * <h2>Statements</h2>
 *
 * The driver is slow per round trip and quick in sets, so all work is done in sets. {@code
 * executeBatch} is never called: as the first statement of a transaction it commits behind the
 * caller's back (issue 495 of the driver). Arrays are bound as {@code String[]} to {@code
 * ?::text[]}; {@code createArrayOf} would leak direct memory. Types that the driver does not know
 * travel as text.
 *
 * <h2>Migrations</h2>
 *
 * {@link dev.freshet.postgres.Migrator} checks the configuration against the database, makes a plan
 * in which all SQL is written ({@code MigrationPlan}), and lets Flyway run it, each step in a short
 * transaction of its own. What is installed and whole is decided in {@code Inventory} and {@code
 * InstalledTriggers}, by the catalogs and not by what somebody once did.
 *
 * <h2>Failures</h2>
 *
 * A broken connection, an expired timeout and a server that is starting up, shutting down or out of
 * connections become {@link dev.freshet.lifecycle.ServerUnavailableException}; see {@link
 * dev.freshet.postgres.PostgresErrors}. No driver's exception leaves this package but as a cause.
 *
 * <h2>What is not a source of truth here</h2>
 *
 * {@code freshet.position} (the position lives in Redis), and a notification (it only wakes).
 */
@NullMarked
package dev.freshet.postgres;

import org.jspecify.annotations.NullMarked;
