@NullMarked
package dev.freshet.cli.demo;

import org.jspecify.annotations.NullMarked;
