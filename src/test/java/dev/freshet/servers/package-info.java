/**
 * The real servers of the integration tests, and what watches over the tests that use them.
 *
 * <p>{@link dev.freshet.servers.TestServers} is the entrance: one Postgres and one Redis for all
 * tests that leave them whole, servers of its own for a test that breaks them. They run as local
 * processes or in containers; a test does not see which.
 */
@NullMarked
package dev.freshet.servers;

import org.jspecify.annotations.NullMarked;
