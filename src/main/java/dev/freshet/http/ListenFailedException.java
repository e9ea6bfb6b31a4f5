package dev.freshet.http;

/** Says that the HTTP interface cannot listen where it was told to, and what to do about it. */
public final class ListenFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ListenFailedException(HttpListen listen, String advice, Throwable cause) {
    super("cannot listen for HTTP on %s: %s; %s".formatted(listen, reason(cause), advice), cause);
  }

  private static String reason(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }
}
