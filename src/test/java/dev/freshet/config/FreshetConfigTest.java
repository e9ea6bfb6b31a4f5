package dev.freshet.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.view.FeatureView;
import dev.freshet.view.OnChange;
import dev.freshet.view.RelationName;
import dev.freshet.view.ViewVersion;
import dev.freshet.view.Watch;
import dev.freshet.view.WhenBehind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreshetConfigTest {
  private static final Path EXAMPLE = Path.of("freshet.example.yaml");
  private static final Map<String, String> ENVIRONMENT =
      Map.of("FRESHET_PG_PASSWORD", "s3cret", "HOST", "db.example.org");

  private static final String SMALLEST =
      """
      postgres: {url: "jdbc:pgsql://127.0.0.1/shop", user: freshet}
      redis: {url: "redis://127.0.0.1"}
      views:
        users:
          key: "user:{id}"
          load: SELECT id, doc FROM public.users WHERE id = ANY(:id::bigint[])
          watch:
            - table: public.users
      """;

  private static FreshetConfig parse(String yaml) {
    return FreshetConfig.parse(yaml, "freshet.yaml", ENVIRONMENT::get);
  }

  @Test
  void theExampleHoldsTheTwoViewsOfTheDesign() {
    FreshetConfig config = FreshetConfig.load(EXAMPLE, ENVIRONMENT::get);

    assertThat(config.postgres().host()).isEqualTo("127.0.0.1");
    assertThat(config.postgres().doorbell()).isEqualTo(DoorbellMode.DOORBELL);
    assertThat(config.postgres().port()).isEqualTo(5432);
    assertThat(config.postgres().database()).isEqualTo("shop");
    assertThat(config.postgres().password()).isEqualTo(new Secret("s3cret"));
    assertThat(config.redis().describe()).isEqualTo("redis://127.0.0.1:6379/1");
    assertThat(config.http()).contains(new HttpConfig("127.0.0.1", 8080));
    assertThat(config.views())
        .extracting(FeatureView::name)
        .containsExactly("image-features", "store-catalog");

    FeatureView images = config.views().get(0);
    assertThat(images.key().placeholders()).containsExactly("image_id");
    assertThat(images.load().parameters()).containsExactly("image_id");
    assertThat(images.watches())
        .containsExactly(
            new Watch(
                new RelationName("public", "image_features"),
                List.of("image_id"),
                null,
                List.of("features", "feature_version"),
                false));

    FeatureView catalog = config.views().get(1);
    assertThat(catalog.reads()).containsExactly(new RelationName("public", "categories"));
    assertThat(catalog.watches().get(1).by()).containsExactly("store_id");
    assertThat(catalog.watches().get(1).keys()).isNotNull();
  }

  @Test
  void theDefaultsThatTheExampleShowsAreTheDefaults() throws IOException {
    String example = Files.readString(EXAMPLE);
    Pattern commentedKey = Pattern.compile("(?m)^( *)# ?( *[a-z]+(?:-[a-z]+)*:(?: .*)?)$");
    assertThat(commentedKey.matcher(example).results()).hasSize(23);

    String withDefaults = commentedKey.matcher(example).replaceAll("$1$2");

    // That the doorbell was chosen is a fact of its own, see PostgresConfig.
    String chosen = example.replaceFirst("(?m)^ *# *doorbell: ", "  doorbell: ");
    assertThat(parse(withDefaults)).isEqualTo(parse(chosen));
    assertThat(parse(chosen).postgres().doorbell()).isEqualTo(parse(example).postgres().doorbell());
  }

  @Test
  void whatIsLeftOutHasItsDefault() {
    FreshetConfig config = parse(SMALLEST);

    assertThat(config.postgres())
        .isEqualTo(
            new PostgresConfig(
                "jdbc:pgsql://127.0.0.1/shop",
                "freshet",
                null,
                null,
                Duration.ofHours(1),
                8L << 30,
                8,
                Duration.ofSeconds(5),
                Duration.ofSeconds(10)));
    assertThat(config.postgres().port()).isEqualTo(5432);
    assertThat(config.redis())
        .isEqualTo(
            new RedisConfig(new Secret("redis://127.0.0.1"), "freshet", Duration.ofMillis(250)));
    assertThat(config.http()).isEmpty();
    assertThat(config.loader()).isEqualTo(LoaderConfig.DEFAULT);
    assertThat(config.dictionaries().trainOnStart()).isFalse();
    FeatureView view = config.views().get(0);
    assertThat(view.onChange()).isEqualTo(OnChange.EVICT);
    assertThat(view.ttl()).isEqualTo(Duration.ofDays(30));
    assertThat(view.ttlJitter()).isEqualTo(0.1);
    assertThat(view.absentTtl()).isEqualTo(Duration.ofSeconds(60));
    assertThat(view.whenBehind()).isEqualTo(WhenBehind.SERVE);
    assertThat(view.version()).isEqualTo(new ViewVersion(1, 0));
    assertThat(view.codec()).isEqualTo("zstd");
    assertThat(view.reads()).isEmpty();
  }

  @Test
  void whatIsWrittenIsTaken() {
    FreshetConfig config =
        parse(
            """
            postgres:
              url: jdbc:pgsql://${HOST}:6432/shop?ssl.mode=verify-full&ssl.ca.certificate.file=/etc/ca.crt
              user: app
              doorbell: poll
              retention: 10m
              change-log-max: 500MB
              pool-size: 20
              load-deadline: 500ms
              connect-timeout: 3s
            redis:
              url: redis-sentinel://:pw@a:26379,b:26379/2#main
              namespace: shop
              timeout: 1s
            http:
              listen: "[::1]:0"
            loader: {concurrency: 16, waiting-max: 50, batch-max: 100, keys-per-second: 900, near-cache: {max: 8MB, ttl: 9s}}
            views:
              tags:
                key: "tag:{owner}:{name}"
                load: SELECT owner, name, doc FROM public.tags WHERE (owner, name) IN (SELECT * FROM unnest(:owner, :name))
                watch:
                  - table: Public."Tags"
                    by: [name, owner]
                  - table: public.owners
                    by: [id]
                    keys: SELECT owner, name FROM public.tags WHERE owner_id = ANY(:id::bigint[])
                on-change: refresh
                ttl: 12h
                ttl-jitter: 0%
                absent-ttl: 500ms
                when-behind: bypass
                version: 2.10
                codec: json
            """);

    assertThat(config.postgres().host()).isEqualTo("db.example.org");
    assertThat(config.postgres().port()).isEqualTo(6432);
    assertThat(config.postgres().doorbell()).isEqualTo(DoorbellMode.POLL);
    assertThat(config.postgres().retention()).isEqualTo(Duration.ofMinutes(10));
    assertThat(config.postgres().changeLogBytesMax()).isEqualTo(500L << 20);
    assertThat(config.postgres().poolSize()).isEqualTo(20);
    assertThat(config.postgres().loadDeadline()).isEqualTo(Duration.ofMillis(500));
    assertThat(config.postgres().connectTimeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.redis().namespace()).isEqualTo("shop");
    assertThat(config.redis().timeout()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.redis().describe()).isEqualTo("redis-sentinel://a:26379,b:26379/2#main");
    assertThat(config.http()).contains(new HttpConfig("::1", 0));
    assertThat(config.http().orElseThrow()).hasToString("[::1]:0");
    assertThat(config.loader())
        .isEqualTo(
            new LoaderConfig(
                16,
                50,
                100,
                OptionalInt.of(900),
                Optional.of(new NearCacheConfig(8 << 20, Duration.ofSeconds(9)))));
    FeatureView view = config.views().get(0);
    assertThat(view.watches().get(0).table()).isEqualTo(new RelationName("public", "Tags"));
    assertThat(view.onChange()).isEqualTo(OnChange.REFRESH);
    assertThat(view.ttl()).isEqualTo(Duration.ofHours(12));
    assertThat(view.ttlJitter()).isZero();
    assertThat(view.absentTtl()).isEqualTo(Duration.ofMillis(500));
    assertThat(view.whenBehind()).isEqualTo(WhenBehind.BYPASS);
    assertThat(view.version()).isEqualTo(new ViewVersion(2, 10));
    assertThat(view.codec()).isEqualTo("json");
  }

  @Test
  void columnsThatAreTheEntityKeyAreLoggedInTheOrderOfThePlaceholders() {
    FreshetConfig config =
        parse(
            SMALLEST
                .replace("user:{id}", "user:{id}:{realm}")
                .replace("ANY(:id::bigint[])", "ANY(:id::bigint[]) AND realm = ANY(:realm)")
                .replace("- table: public.users", "- {table: public.users, by: [realm, id]}"));

    assertThat(config.views().get(0).watches().get(0).by()).containsExactly("id", "realm");
  }

  @Test
  void aConfigurationMayHaveNoViews() {
    String none = SMALLEST.substring(0, SMALLEST.indexOf("views:")) + "views: {}\n";

    assertThat(parse(none).views()).isEmpty();
  }

  @Test
  void secretsAreNotPrinted() {
    FreshetConfig config =
        parse(
            SMALLEST
                .replace("user: freshet", "user: freshet, password: \"${FRESHET_PG_PASSWORD}\"")
                .replace("redis://127.0.0.1", "redis://app:${FRESHET_PG_PASSWORD}@127.0.0.1"));

    assertThat(config.redis().url().reveal()).isEqualTo("redis://app:s3cret@127.0.0.1");
    assertThat(config.toString() + config.redis().describe()).doesNotContain("s3cret");
  }

  @Test
  void aFileIsReadAsUtf8(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("freshet.yaml");
    Files.writeString(file, SMALLEST.replace("doc FROM", "'ü' AS doc FROM"));

    FreshetConfig config = FreshetConfig.load(file, name -> null);

    assertThat(config.views().get(0).load().toString()).contains("'ü'");
  }

  @Test
  void aFileThatIsMissingOrNoTextIsAProblem(@TempDir Path directory) throws IOException {
    Path latin1 = directory.resolve("latin1.yaml");
    Files.write(latin1, new byte[] {'a', ':', ' ', (byte) 0xfc, '\n'});

    assertThatThrownBy(() -> FreshetConfig.load(directory.resolve("none.yaml"), name -> null))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("none.yaml: there is no such file");
    assertThatThrownBy(() -> FreshetConfig.load(latin1, name -> null))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("is not UTF-8");
    assertThatThrownBy(() -> FreshetConfig.load(directory, name -> null))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("cannot be read");
  }

  @Test
  void theFileGivenComesFirstThenTheUsualPlaces(@TempDir Path directory) throws IOException {
    Path given = Files.createFile(directory.resolve("given.yaml"));
    Path here = directory.resolve("freshet.yaml");
    Path etc = Files.createFile(directory.resolve("etc.yaml"));
    List<Path> places = List.of(here, etc);

    assertThat(ConfigFiles.find(given, places)).isEqualTo(given);
    assertThat(ConfigFiles.find(null, places)).isEqualTo(etc);
    Files.createFile(here);
    assertThat(ConfigFiles.find(null, places)).isEqualTo(here);
  }

  @Test
  void whoFindsNoFileSaysWhereItLooked(@TempDir Path directory) {
    Path given = directory.resolve("given.yaml");

    assertThatThrownBy(() -> ConfigFiles.find(given))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(given.toString());
    assertThatThrownBy(
            () -> ConfigFiles.find(null, List.of(Path.of("freshet.yaml"), Path.of("etc.yaml"))))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("neither at freshet.yaml nor at etc.yaml")
        .hasMessageContaining("--config");
  }
}
