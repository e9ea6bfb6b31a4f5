@NullMarked
package dev.freshet.http;

import org.jspecify.annotations.NullMarked;
