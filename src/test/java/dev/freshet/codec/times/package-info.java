/** How long decoding takes, by JMH: {@code mvn -Pcodec-times}. */
@NullMarked
package dev.freshet.codec.times;

import org.jspecify.annotations.NullMarked;
