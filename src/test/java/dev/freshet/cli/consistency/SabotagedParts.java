package dev.freshet.cli.consistency;

import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.WrappedLoader;
import dev.freshet.loading.FeatureLoader;
import dev.freshet.loading.FeatureSource;
import dev.freshet.loading.FeatureStore;
import dev.freshet.loading.LoadListener;
import java.util.ArrayList;
import java.util.List;

/** Freshet's parts in this process, with wrapped ports. */
final class SabotagedParts implements Parts {

  /** What a test puts between a loader and its ports. */
  interface LoaderWrapping {
    default FeatureStore store(FeatureStore right, Cluster cluster) {
      return right;
    }

    default FeatureSource source(FeatureSource right) {
      return right;
    }
  }

  private final InProcessDaemon.Wrapping daemonWrapping;
  private final LoaderWrapping loaderWrapping;
  private final List<FeatureLoader> opened = new ArrayList<>();

  private SabotagedParts(InProcessDaemon.Wrapping daemon, LoaderWrapping loader) {
    this.daemonWrapping = daemon;
    this.loaderWrapping = loader;
  }

  static SabotagedParts none() {
    return new SabotagedParts(new InProcessDaemon.Wrapping() {}, new LoaderWrapping() {});
  }

  static SabotagedParts daemon(InProcessDaemon.Wrapping wrapping) {
    return new SabotagedParts(wrapping, new LoaderWrapping() {});
  }

  static SabotagedParts loader(LoaderWrapping wrapping) {
    return new SabotagedParts(new InProcessDaemon.Wrapping() {}, wrapping);
  }

  /** The first of the loaders. */
  FeatureLoader firstLoader() {
    return opened.get(0);
  }

  @Override
  public DaemonUnderTest daemon(Cluster cluster, Variant variant) {
    return new InProcessDaemon(
        cluster, cluster.parse(cluster.daemonConfiguration(variant)), daemonWrapping);
  }

  @Override
  public LoaderUnderTest loader(
      Cluster cluster, int number, Variant variant, LoadListener listener) {
    FreshetConfig config = cluster.loaderConfiguration(number, variant);
    WrappedLoader wrapped =
        WrappedLoader.open(
            config,
            store -> loaderWrapping.store(store, cluster),
            loaderWrapping::source,
            listener);
    opened.add(wrapped.loader());
    return new LoaderUnderTest() {
      @Override
      public FeatureLoader loader() {
        return wrapped.loader();
      }

      @Override
      public void close() {
        wrapped.close();
      }
    };
  }
}
