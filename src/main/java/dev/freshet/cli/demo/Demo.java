package dev.freshet.cli.demo;

import dev.freshet.cli.demo.Story.Figures;
import dev.freshet.cli.demo.Story.Tone;
import dev.freshet.cli.servers.EndsWithJvm;
import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.Servers;
import dev.freshet.postgres.PostgresDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * The demo, from nothing to the last figure: its own servers, real data, the daemon, the acts. All
 * that it starts ends with it, or with the JVM.
 */
public final class Demo {
  private static final Duration EVICTED_MAX = Duration.ofSeconds(10);

  private final Options options;
  private final Story story;

  /**
   * How to run.
   *
   * @param isOnce whether it ends after the acts, instead of with the JVM
   * @param httpPort a free one of 127.0.0.1; 0 for any
   */
  public record Options(boolean isOnce, int httpPort) {}

  public Demo(Options options, Story story) {
    this.options = options;
    this.story = story;
  }

  /**
   * Runs it.
   *
   * @throws UnexpectedException if something was observed that Freshet does not promise
   * @throws dev.freshet.cli.servers.ServerFailedException if a server cannot be found or started
   */
  public void run() throws InterruptedException {
    story.heading("Freshet demo: a committed change evicts exactly the keys that depend on it");
    story.line("  on real servers of its own, which listen on free ports and end with it");
    story.line("");
    try (DemoDirectory directory = DemoDirectory.create()) {
      try {
        runIn(directory);
      } catch (RuntimeException e) {
        if (isJvmEnding()) {
          return; // the servers are being stopped: that is why
        }
        tellLog(directory.logTail());
        throw e;
      }
    }
  }

  private void runIn(DemoDirectory directory) throws InterruptedException {
    try (DemoPostgres postgres = startPostgres();
        DemoRedis redis = startRedis()) {
      long begun = System.nanoTime();
      ImageData images = ImageData.load(postgres.sql());
      ShopData shop = ShopData.load(postgres.sql());
      String loaded =
          "%s, %s"
              .formatted(
                  Story.count(images.ids().size(), "image"),
                  Story.count(shop.slugs().size(), "store"));
      tell("load", loaded, begun, "features of real pictures; a made-up shop");
      directory.writeConfig(yaml(postgres, redis));
      FreshetConfig config = FreshetConfig.load(directory.config(), name -> null);
      migrate(config);
      begun = System.nanoTime();
      try (RunningDaemon daemon = RunningDaemon.start(config)) {
        tell("start", "Freshet", begun, "http://" + daemon.http());
        FeatureClient features = new FeatureClient("http://" + daemon.http());
        play(new Stage(story, features, redis.raw(), postgres.sql(), EVICTED_MAX), images, shop);
        if (!options.isOnce()) {
          String image = images.ids().get(0);
          String slug = shop.slugs().get(0);
          new Hints(daemon.http(), image, slug, postgres, redis, directory).tell(story);
          waitForTheEnd();
        }
      }
    }
  }

  private DemoPostgres startPostgres() {
    long begun = System.nanoTime();
    DemoPostgres postgres = DemoPostgres.start();
    tell("start", "Postgres " + postgres.version(), begun, shortened(postgres.server().program()));
    return postgres;
  }

  private DemoRedis startRedis() {
    long begun = System.nanoTime();
    DemoRedis redis = DemoRedis.start();
    tell("start", "Redis " + redis.version(), begun, shortened(redis.server().program()));
    return redis;
  }

  private String yaml(DemoPostgres postgres, DemoRedis redis) {
    return DemoFiles.text("freshet.yaml")
        .replace("${DEMO_POSTGRES_URL}", postgres.server().jdbcUrl(DemoPostgres.DATABASE))
        .replace("${DEMO_POSTGRES_USER}", postgres.server().user())
        .replace("${DEMO_POSTGRES_PASSWORD}", "\"" + postgres.server().password() + "\"")
        .replace("${DEMO_REDIS_URL}", redis.server().url())
        .replace("${DEMO_HTTP_PORT}", Integer.toString(options.httpPort()));
  }

  private void migrate(FreshetConfig config) {
    long begun = System.nanoTime();
    try (PostgresDatabase database = Servers.postgres(config.postgres())) {
      List<String> applied = Servers.migrator(database, config).migrate();
      int watches = config.views().stream().mapToInt(view -> view.watches().size()).sum();
      tell(
          "migrate",
          Story.count(applied.size(), "migration"),
          begun,
          "schema freshet, %s, %s"
              .formatted(
                  Story.count(config.views().size(), "view"),
                  Story.count(watches, "watched table")));
    }
  }

  private void play(Stage stage, ImageData images, ShopData shop) {
    new Warmup(stage, images, shop).play();
    Figures image = new ImageAct(stage, images.ids().get(0)).play();
    Figures catalog = new ShopAct(stage, shop).play();
    Figures bulk = new BulkAct(stage, images, shop).play();
    story.line("");
    story.figures(List.of(image, catalog, bulk));
  }

  /** Waits for the end of the JVM, which ends all that was started. */
  private void waitForTheEnd() throws InterruptedException {
    EndsWithJvm.Registration goodbye =
        EndsWithJvm.register(
            "the demo", () -> story.heading("Stopping Freshet, Redis and Postgres"));
    try {
      new CountDownLatch(1).await();
    } finally {
      goodbye.close();
    }
  }

  private void tell(String did, String what, long begunNanos, String detail) {
    Duration took = Duration.ofNanos(System.nanoTime() - begunNanos);
    story.step(Tone.PLAIN, did, what, took, detail);
  }

  /** The path, or its end if it is too long for a line. */
  private static String shortened(Path program) {
    String path = program.toString();
    return path.length() <= Story.DETAIL_WIDTH
        ? path
        : "..." + path.substring(path.length() - Story.DETAIL_WIDTH + 3);
  }

  private void tellLog(List<String> lines) {
    if (!lines.isEmpty()) {
      story.heading("Freshet's log ends with:");
      lines.forEach(story::line);
    }
  }

  /** Whether the JVM is ending: then it takes no hooks any more. */
  private static boolean isJvmEnding() {
    Thread hook = new Thread(() -> {});
    try {
      Runtime.getRuntime().addShutdownHook(hook);
      Runtime.getRuntime().removeShutdownHook(hook);
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }
}
