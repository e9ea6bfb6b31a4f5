@NullMarked
package dev.freshet.redis;

import org.jspecify.annotations.NullMarked;
