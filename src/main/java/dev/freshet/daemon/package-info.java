@NullMarked
package dev.freshet.daemon;

import org.jspecify.annotations.NullMarked;
