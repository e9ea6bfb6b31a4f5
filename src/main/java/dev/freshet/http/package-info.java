/**
 * The HTTP interface of the read path, and what operators ask: views, features, evictions, health,
 * metrics.
 *
 * <p>{@link dev.freshet.http.HttpApi} serves it. What it needs from the rest stands in four small
 * interfaces of this package: {@link dev.freshet.http.Features}, {@link
 * dev.freshet.http.Evictions}, {@link dev.freshet.http.Health} and {@link
 * dev.freshet.http.Telemetry}. A request is matched to a route, the route's endpoint returns a
 * future reply, every failure becomes a problem document (RFC 9457) in one place, and the reply is
 * written; nothing else branches.
 *
 * <p>Requests are handled on two event loops, which never wait: reads are futures of the loader,
 * and what blocks runs on threads of its own. Only this package knows Vert.x.
 */
@NullMarked
package dev.freshet.http;

import org.jspecify.annotations.NullMarked;
