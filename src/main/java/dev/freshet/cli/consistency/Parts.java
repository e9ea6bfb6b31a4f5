package dev.freshet.cli.consistency;

import dev.freshet.daemon.EmbeddedLoader;
import dev.freshet.loading.FeatureLoader;
import dev.freshet.loading.LoadListener;

/** Makes the parts of Freshet that are tested. */
interface Parts {

  /** A loader with its connections. */
  interface LoaderUnderTest extends AutoCloseable {
    FeatureLoader loader();

    @Override
    void close();
  }

  /** A daemon; not started. */
  DaemonUnderTest daemon(Cluster cluster, Variant variant);

  /**
   * A loader, connected.
   *
   * @param number its own way to Postgres
   */
  LoaderUnderTest loader(Cluster cluster, int number, Variant variant, LoadListener listener);

  /** As they are delivered. */
  static Parts real() {
    return new Parts() {
      @Override
      public DaemonUnderTest daemon(Cluster cluster, Variant variant) {
        return new DaemonJvm(cluster.daemonConfiguration(variant), cluster.password());
      }

      @Override
      public LoaderUnderTest loader(
          Cluster cluster, int number, Variant variant, LoadListener listener) {
        EmbeddedLoader opened =
            EmbeddedLoader.open(cluster.loaderConfiguration(number, variant), listener);
        return new LoaderUnderTest() {
          @Override
          public FeatureLoader loader() {
            return opened.loader();
          }

          @Override
          public void close() {
            opened.close();
          }
        };
      }
    };
  }
}
