/**
 * What the change log says and how far it has been applied: snapshots, changes, links, histories.
 *
 * <p>Values only, shared by the write path and its adapters.
 */
@NullMarked
package dev.freshet.change;

import org.jspecify.annotations.NullMarked;
