package dev.freshet.cli.demo;

import java.io.File;
import java.nio.file.Path;

/**
 * What a user can try while the demo goes on, in lines that work as they are.
 *
 * @param http host and port of the HTTP interface
 * @param image the id of one
 * @param slug of a store
 */
record Hints(
    String http,
    String image,
    String slug,
    DemoPostgres postgres,
    DemoRedis redis,
    DemoDirectory directory) {

  void tell(Story story) {
    story.heading("It goes on until Ctrl-C. Meanwhile, in another terminal:");
    curl(story, "-i", "/v1/views/%s/features/%s".formatted(ImageData.VIEW, image));
    curl(story, "-i", "/v1/views/%s/features/%s".formatted(ShopData.VIEW, slug));
    curl(story, "-sX DELETE", "/v1/views/%s/features/%s".formatted(ShopData.VIEW, slug));
    curl(story, "-s", "/v1/views");
    curl(story, "-s", "/v1/stats");
    curl(story, "-s", "/metrics");
    curl(story, "-i", "/health/ready");
    story.line("  %s status --config %s".formatted(program(), directory.config()));
    story.heading("Or change a row, with any client, and read again:");
    story.step("SQL", "UPDATE products SET price = 9.99 WHERE id = " + ShopData.firstProduct(1));
    story.step("Postgres", postgres.uri());
    story.step("Redis", "redis://127.0.0.1:%d".formatted(redis.server().port()));
    story.step("Log", directory.log().toString());
  }

  private void curl(Story story, String option, String path) {
    story.line("  curl %s %s%s".formatted(option, http, path));
  }

  /** How this program was called. */
  private static String program() {
    String classPath = System.getProperty("java.class.path", "");
    boolean isJar = classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator);
    return isJar ? "java -jar " + Path.of(classPath) : "freshet";
  }
}
