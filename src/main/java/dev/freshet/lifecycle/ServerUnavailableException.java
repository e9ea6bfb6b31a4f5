package dev.freshet.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * Says that a server could not be reached, did not answer in time, or refuses to work now; trying
 * again later may succeed.
 */
public final class ServerUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The servers that Freshet depends on. */
  public enum Server {
    POSTGRES("Postgres"),
    REDIS("Redis");

    private final String text;

    Server(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  private final Server server;

  /**
   * @param server which one
   * @param message what was tried on what address, and what came back; without secrets
   * @param cause the driver's exception; null if the server answered, but not as it must
   */
  public ServerUnavailableException(Server server, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.server = server;
  }

  public Server server() {
    return server;
  }
}
