package dev.freshet.servers;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says that a test, or each test of a class, may log a warning or an error that contains a text.
 *
 * <p>May, not must: whether a fault is noticed by this thread or that one is often a matter of
 * time. A test that needs a message asserts it.
 */
@Repeatable(ExpectedLog.Several.class)
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface ExpectedLog {
  /**
   * What the driver logs of its own if a connection is reset while it takes an answer apart: it
   * releases the answer twice. Any test that cuts connections to Postgres may see it.
   */
  String DRIVER_WAS_CUT_OFF = "thrown by a user handler's exceptionCaught()";

  /** Part of {@code LEVEL logger: message exception}; an empty text allows everything. */
  String value();

  /** Several of them. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target({ElementType.METHOD, ElementType.TYPE})
  @interface Several {
    ExpectedLog[] value();
  }
}
