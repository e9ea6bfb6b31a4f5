/**
 * Builds the object graph by hand from a configuration, starts its parts in order and stops them in
 * the reverse one. The only package that knows both adapters and ports.
 */
@NullMarked
package dev.freshet.daemon;

import org.jspecify.annotations.NullMarked;
