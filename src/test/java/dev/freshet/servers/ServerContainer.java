package dev.freshet.servers;

import com.github.dockerjava.api.DockerClient;
import dev.freshet.cli.servers.FreePort;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;
import org.testcontainers.utility.DockerImageName;

/**
 * A server in a container that can be stopped, killed, paused and started again.
 *
 * <p>Its port on the host is fixed, since Docker would choose another one for each start. That port
 * is looked for on this machine, so Docker's host has to be this machine too.
 */
final class ServerContainer extends GenericContainer<ServerContainer> {
  private static final Duration READY_DEADLINE = Duration.ofSeconds(60);
  private static final int STOP_SECONDS = 30;

  private final int hostPort;
  private final Callable<Boolean> isReady;

  /** What a server answers when it is ready; asked after each start, with failures taken as no. */
  @FunctionalInterface
  interface Readiness {
    boolean isReady(ServerContainer container) throws Exception;
  }

  ServerContainer(DockerImageName image, int port, Readiness readiness) {
    super(image);
    this.hostPort = FreePort.next();
    this.isReady = () -> readiness.isReady(this);
    addFixedExposedPort(hostPort, port);
    waitingFor(
        new AbstractWaitStrategy() {
          @Override
          protected void waitUntilReady() {
            awaitReady();
          }
        });
  }

  /** An image by its usual name, or by the one that an environment variable gives. */
  static DockerImageName image(String variable, String usual, String product) {
    String name = System.getProperty(variable, System.getenv(variable));
    return DockerImageName.parse(name == null ? usual : name).asCompatibleSubstituteFor(product);
  }

  int hostPort() {
    return hostPort;
  }

  void startAgain() {
    docker().startContainerCmd(getContainerId()).exec();
    awaitReady();
  }

  private void awaitReady() {
    Awaitility.await("readiness of " + getDockerImageName())
        .atMost(READY_DEADLINE)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptions()
        .until(isReady);
  }

  /** Ends the server with the signal that its image stops on, and waits for it. */
  void stopServer() {
    docker().stopContainerCmd(getContainerId()).withTimeout(STOP_SECONDS).exec();
  }

  void kill() {
    docker().killContainerCmd(getContainerId()).exec();
    awaitEnd();
  }

  void awaitEnd() {
    Awaitility.await("end of " + getDockerImageName())
        .atMost(Duration.ofSeconds(STOP_SECONDS))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> !isRunning());
  }

  void pause() {
    docker().pauseContainerCmd(getContainerId()).exec();
  }

  void resume() {
    docker().unpauseContainerCmd(getContainerId()).exec();
  }

  private DockerClient docker() {
    return getDockerClient();
  }
}
