package dev.freshet.config;

import dev.freshet.view.FeatureView;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All that {@code freshet.yaml} says.
 *
 * @param postgres the database
 * @param redis the cache
 * @param http where the HTTP interface listens; empty for none
 * @param loader how hard the read path may work
 * @param inspector how much of the cache the daemon compares with the database; empty for nothing
 * @param dictionaries what the daemon does about dictionaries by itself
 * @param views in the order written; none overlaps another's keys
 */
public record FreshetConfig(
    PostgresConfig postgres,
    RedisConfig redis,
    Optional<HttpConfig> http,
    LoaderConfig loader,
    Optional<InspectorConfig> inspector,
    DictionariesConfig dictionaries,
    List<FeatureView> views) {

  /** One for evictions, which must never wait for loads; one for upkeep and inspections. */
  private static final int OTHERS_CONNECTIONS = 2;

  public FreshetConfig {
    views = List.copyOf(views);
  }

  /**
   * Reads a configuration from a file.
   *
   * @param file in UTF-8
   * @param environment the value of a variable, or null if it is not set; {@code System::getenv}
   * @throws ConfigException with all that is wrong
   */
  public static FreshetConfig load(Path file, Function<String, @Nullable String> environment) {
    return parse(textOf(file), file.toString(), environment);
  }

  /**
   * Reads a configuration from its text.
   *
   * @param sourceName where the text comes from, for messages
   * @param environment the value of a variable, or null if it is not set
   * @throws ConfigException with all that is wrong
   */
  public static FreshetConfig parse(
      String yaml, String sourceName, Function<String, @Nullable String> environment) {
    Problems problems = new Problems(sourceName);
    YamlNode.Mapping document = YamlReader.read(yaml, sourceName, problems);
    Section top = Section.top(document, problems, new Environment(environment));
    Optional<PostgresConfig> postgres =
        top.requiredSection("postgres", "postgres:").map(PostgresConfig::read);
    Optional<RedisConfig> redis = top.requiredSection("redis", "redis:").map(RedisConfig::read);
    Optional<HttpConfig> http = top.section("http").map(HttpConfig::read);
    LoaderConfig loader =
        top.section("loader").map(LoaderConfig::read).orElse(LoaderConfig.DEFAULT);
    Optional<InspectorConfig> inspector = top.section("inspector").map(InspectorConfig::read);
    DictionariesConfig dictionaries =
        top.section("dictionaries")
            .map(DictionariesConfig::read)
            .orElse(DictionariesConfig.DEFAULT);
    List<FeatureView> views =
        top.requiredSection("views", "views: {}").map(ViewReader::readAll).orElse(List.of());
    top.refuse("resp", "this version serves no Redis protocol; remove the section and use `http`");
    if (postgres.isPresent()
        && loader.concurrency() + OTHERS_CONNECTIONS > postgres.get().poolSize()) {
      top.problem(
          "postgres",
          "pool-size %d is less than loader.concurrency %d and %d for all else, so loads that hang would keep evictions waiting; raise the one or lower the other"
              .formatted(postgres.get().poolSize(), loader.concurrency(), OTHERS_CONNECTIONS));
    }
    top.refuseUnknownKeys();
    problems.throwIfAny();
    return new FreshetConfig(
        postgres.orElseThrow(), redis.orElseThrow(), http, loader, inspector, dictionaries, views);
  }

  private static String textOf(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw unreadable(file, "there is no such file; create it or name another", e);
    } catch (CharacterCodingException e) {
      throw unreadable(file, "is not UTF-8; save it as UTF-8", e);
    } catch (IOException e) {
      throw unreadable(
          file,
          "cannot be read (%s); check that it is a file that this user may read"
              .formatted(e.getClass().getSimpleName()),
          e);
    }
  }

  private static ConfigException unreadable(Path file, String what, IOException cause) {
    ConfigException exception = new ConfigException(List.of(file + ": " + what));
    exception.initCause(cause);
    return exception;
  }
}
