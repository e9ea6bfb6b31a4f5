/** How long-running parts start, wait, retry and stop. Knows no other package. */
@NullMarked
package dev.freshet.lifecycle;

import org.jspecify.annotations.NullMarked;
