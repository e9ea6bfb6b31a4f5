/**
 * Feature views: how rows of Postgres become one cached document per entity.
 *
 * <p>Everything here is a value: names, templates, queries and the rules from changed rows to
 * entity keys. Nothing here talks to a server.
 */
@NullMarked
package dev.freshet.view;

import org.jspecify.annotations.NullMarked;
