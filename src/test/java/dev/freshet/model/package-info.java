/** The formal model of the core, {@code docs/model}. */
@NullMarked
package dev.freshet.model;

import org.jspecify.annotations.NullMarked;
