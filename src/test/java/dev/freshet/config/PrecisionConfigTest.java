package dev.freshet.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.freshet.view.FeatureView;
import dev.freshet.view.Precision;
import dev.freshet.view.Precision.Field;
import dev.freshet.view.Precision.NumberType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The precision of a view and the section {@code dictionaries}. */
class PrecisionConfigTest {
  private static String yaml(String top, String... viewLines) {
    return """
        postgres: {url: "jdbc:pgsql://127.0.0.1/shop", user: app}
        redis: {url: "redis://127.0.0.1"}
        %s
        views:
          pictures:
            key: "picture:{id}"
            load: SELECT id, doc FROM public.pictures WHERE id = ANY(:id)
            watch: [{table: public.pictures}]
        """
            .formatted(top)
        + String.join("\n", viewLines).indent(4);
  }

  private static FreshetConfig parse(String yaml) {
    return FreshetConfig.parse(yaml, "test", name -> null);
  }

  private static List<String> problems(String yaml) {
    return catchThrowableOfType(ConfigException.class, () -> parse(yaml)).problems();
  }

  private static FeatureView view(String... lines) {
    return parse(yaml("", lines)).views().get(0);
  }

  @Test
  void numbersAreExactUnlessSomethingElseIsWritten() {
    assertThat(view("codec: packed").precision()).isEqualTo(Precision.EXACT);
    assertThat(
            view("codec: packed", "precision: {embedding: float16, fast.hist: int8, .: float32}")
                .precision())
        .isEqualTo(
            new Precision(
                List.of(
                    new Field("embedding", NumberType.FLOAT16),
                    new Field("fast.hist", NumberType.INT8),
                    new Field(".", NumberType.FLOAT32))));
  }

  @Test
  void anotherPrecisionIsAnotherDefinition() {
    String exact = view("codec: packed").definitionHash();
    assertThat(view("codec: zstd").definitionHash()).isEqualTo(exact);
    String half = view("codec: packed", "precision: {embedding: float16}").definitionHash();
    assertThat(half).isNotEqualTo(exact);
    assertThat(view("codec: packed", "precision: {embedding: int8}").definitionHash())
        .isNotEqualTo(half);
    assertThat(view("codec: packed", "precision: {other: float16}").definitionHash())
        .isNotEqualTo(half);
  }

  @Test
  void whatCannotBeIsRefusedAllAtOnce() {
    assertThat(
            problems(
                yaml(
                    "dictionaries: {train-on-start: yes, train: 3}",
                    "codec: gzip",
                    "precision: {a: float8, 'b[0]': int8, c: [1]}")))
        .satisfiesExactly(
            one -> assertThat(one).contains("dictionaries.train-on-start: `yes` is neither"),
            one -> assertThat(one).contains("dictionaries.train: is no known key"),
            one ->
                assertThat(one)
                    .contains(
                        "views.pictures.precision.a: `float8` is not among the choices; write float32 or float16 or int8"),
            one -> assertThat(one).contains("views.pictures.precision.c: holds a list or keys"),
            one -> assertThat(one).contains("views.pictures.precision.b[0]: `b[0]` is no field"),
            one ->
                assertThat(one)
                    .contains(
                        "views.pictures.precision: is kept by the codec packed alone, and this view's is gzip"));
    assertThat(problems(yaml("", "codec: packed", "precision: {}")))
        .singleElement()
        .asString()
        .contains("views.pictures.precision: names no field");
    assertThat(problems(yaml("", "precision: {a: int8}")))
        .singleElement()
        .asString()
        .contains("this view's is zstd");
  }

  @Test
  void trainingOnStartIsOffUnlessItIsWritten() {
    assertThat(parse(yaml("")).dictionaries().trainOnStart()).isFalse();
    assertThat(parse(yaml("dictionaries: {}")).dictionaries().trainOnStart()).isFalse();
    assertThat(parse(yaml("dictionaries: {train-on-start: true}")).dictionaries().trainOnStart())
        .isTrue();
  }
}
