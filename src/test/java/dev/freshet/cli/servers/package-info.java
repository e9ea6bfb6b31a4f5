@NullMarked
package dev.freshet.cli.servers;

import org.jspecify.annotations.NullMarked;
