/**
 * {@code freshet demo}: the main job, shown on servers and real data of its own.
 *
 * <p>{@link dev.freshet.cli.demo.Demo} starts the servers and the daemon and plays the acts. An act
 * looks from outside only, as an application and an operator do: it reads over HTTP, changes rows
 * in a session of its own, and asks Redis what it holds. It prints what it observed, and ends the
 * demo with {@link dev.freshet.cli.demo.UnexpectedException} if that is not what Freshet promises.
 */
@NullMarked
package dev.freshet.cli.demo;

import org.jspecify.annotations.NullMarked;
