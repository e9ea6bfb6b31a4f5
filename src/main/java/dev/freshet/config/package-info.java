@NullMarked
package dev.freshet.config;

import org.jspecify.annotations.NullMarked;
