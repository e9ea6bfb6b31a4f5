/**
 * Real servers that end with this JVM: what the demo, the benchmarks and the tests work on.
 *
 * <p>A {@link dev.freshet.cli.servers.LocalPostgres} or {@link dev.freshet.cli.servers.LocalRedis}
 * has a directory of its own and a free port of 127.0.0.1, both of which it keeps through stops and
 * kills until it is closed. Its programs are the machine's if there are any, else those that stand
 * as artifacts on the class path (the runnable jar names them in its manifest and does not contain
 * them). Postgres refuses to run as root, so root runs it as another user.
 *
 * <p>A server is ready when it says so itself: Postgres in its {@code postmaster.pid}, as {@code
 * pg_ctl} reads it, Redis by answering PING. Processes are ended, paused and resumed by their pids,
 * and only those that descend from a process started here. What ends with the JVM does so in the
 * reverse order of its start ({@link dev.freshet.cli.servers.EndsWithJvm}).
 *
 * <p>None of this is for production data.
 */
@NullMarked
package dev.freshet.cli.servers;

import org.jspecify.annotations.NullMarked;
