/**
 * Benchmarks, on servers of their own that end with them.
 *
 * <p>What is compared is measured in the same run, by the same code, in short blocks that take
 * turns, so that whatever else the machine does falls on all sides alike. A report holds the
 * figures and all that is needed to judge them: the command, the servers' versions and settings,
 * the machine's load, and how finely was measured.
 */
@NullMarked
package dev.freshet.cli.bench;

import org.jspecify.annotations.NullMarked;
