@NullMarked
package dev.freshet.eviction;

import org.jspecify.annotations.NullMarked;
