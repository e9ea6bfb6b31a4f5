/** What is shipped beside the jar: the unit, the image, the composition. */
@NullMarked
package dev.freshet.packaging;

import org.jspecify.annotations.NullMarked;
