package dev.freshet.cli.consistency;

import dev.freshet.cli.consistency.Parts.LoaderUnderTest;
import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Servers;
import dev.freshet.postgres.PostgresDatabase;
import java.util.ArrayList;
import java.util.List;

/** A site with servers of its own and Freshet on them, from its beginning to its end. */
final class OpenSite implements AutoCloseable {
  /** How many loaders the readers take turns with. */
  static final int LOADERS = 2;

  private final Site site;
  private final List<LoaderUnderTest> loaders;

  private OpenSite(Site site, List<LoaderUnderTest> loaders) {
    this.site = site;
    this.loaders = loaders;
  }

  /**
   * Starts servers, migrates, and starts Freshet; the readers read, the writers wait.
   *
   * @param seed of what writers and readers do
   */
  static OpenSite open(
      Workload.Shape shape, long seed, Variant variant, Parts parts, Violations violations)
      throws InterruptedException {
    Cluster cluster = Cluster.start(shape.keys(), LOADERS);
    List<LoaderUnderTest> loaders = new ArrayList<>();
    DaemonUnderTest daemon = parts.daemon(cluster, variant);
    try {
      migrate(cluster, variant);
      daemon.start();
      LoadCounts counts = new LoadCounts();
      for (int i = 0; i < LOADERS; i++) {
        loaders.add(parts.loader(cluster, i, variant, counts));
      }
      Oracle oracle = new Oracle(shape.keys(), violations, System.nanoTime());
      Workload workload =
          new Workload(
              shape,
              seed,
              cluster::database,
              loaders.stream().map(LoaderUnderTest::loader).toList(),
              oracle,
              violations);
      Site site = new Site(cluster, daemon, workload, oracle, new Freshness(cluster), counts);
      site.awaitFresh("after the start");
      workload.start();
      return new OpenSite(site, loaders);
    } catch (RuntimeException | InterruptedException e) {
      daemon.close();
      loaders.forEach(LoaderUnderTest::close);
      cluster.close();
      throw e;
    }
  }

  private static void migrate(Cluster cluster, Variant variant) {
    FreshetConfig config =
        cluster.parse(
            cluster.configuration(cluster.postgres().port(), cluster.redis().port(), variant));
    try (PostgresDatabase database = Servers.postgres(config.postgres())) {
      List<String> unused = Servers.migrator(database, config).migrate();
    }
  }

  Site site() {
    return site;
  }

  @Override
  public void close() {
    site.workload().close();
    site.daemon().close();
    loaders.forEach(LoaderUnderTest::close);
    site.prepared().values().forEach(Site.Prepared::close);
    site.cluster().close();
  }
}
