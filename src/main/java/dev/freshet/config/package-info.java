/**
 * The configuration: {@code freshet.yaml} read into values that the rest of Freshet can trust.
 *
 * <p>A bad configuration is refused, never repaired: an unknown key, a duplicate key, an
 * environment variable that is not set and a value out of range are all problems, all problems are
 * found in one run, and each says where it is, what it is and what to do. What only a server can
 * tell (whether a table exists, what a load reads) is not checked here but by {@code migrate}.
 *
 * <p>Reading goes in three steps, each ignorant of the next: {@link dev.freshet.config.YamlReader}
 * makes a tree of nodes that know their line; {@link dev.freshet.config.Section} walks the tree,
 * replaces <code>${VAR}</code>, and collects problems; each record's own {@code read} says which
 * keys it has, their defaults and what they may hold.
 *
 * <p>No message holds any part of a URL's credentials, and a value that cannot be read is shown as
 * it is written, with its <code>${VAR}</code>, never as the environment has it.
 */
@NullMarked
package dev.freshet.config;

import org.jspecify.annotations.NullMarked;
