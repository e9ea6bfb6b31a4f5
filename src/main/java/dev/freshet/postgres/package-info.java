@NullMarked
package dev.freshet.postgres;

import org.jspecify.annotations.NullMarked;
