@NullMarked
package dev.freshet.cli.consistency;

import org.jspecify.annotations.NullMarked;
