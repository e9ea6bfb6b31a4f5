/**
 * What Freshet counts and measures, for Prometheus and for people.
 *
 * <p>{@link dev.freshet.metrics.FreshetMetrics} listens to the write path and to the read path.
 * {@code docs/metrics.md} lists every metric; a test holds page and code to each other.
 */
@NullMarked
package dev.freshet.metrics;

import org.jspecify.annotations.NullMarked;
