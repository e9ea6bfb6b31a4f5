@NullMarked
package dev.freshet.cli;

import org.jspecify.annotations.NullMarked;
