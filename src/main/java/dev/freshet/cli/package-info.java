/**
 * The program {@code freshet}: its commands, what they print, and how they end.
 *
 * <p>Results go to standard output, everything else to standard error. Exit codes are in {@link
 * dev.freshet.cli.ExitCode}.
 */
@NullMarked
package dev.freshet.cli;

import org.jspecify.annotations.NullMarked;
