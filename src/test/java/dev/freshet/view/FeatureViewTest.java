package dev.freshet.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FeatureViewTest {
  private static final RelationName USERS = new RelationName("public", "users");

  private static FeatureView view(
      String name, String key, String load, String version, Watch... watches) {
    return new FeatureView(
        name,
        KeyTemplate.parse(key),
        QueryTemplate.parse(load),
        List.of(watches),
        List.of(),
        OnChange.EVICT,
        Duration.ofDays(30),
        0.1,
        Duration.ofSeconds(60),
        WhenBehind.SERVE,
        ViewVersion.parse(version),
        "zstd",
        Precision.EXACT);
  }

  private static Watch watch(List<String> by, @Nullable String keys, String... columns) {
    return new Watch(
        USERS, by, keys == null ? null : QueryTemplate.parse(keys), List.of(columns), false);
  }

  @Test
  void theHashChangesWithAllThatDecidesWhichDocumentsAreRight() {
    Watch plain = watch(List.of("id"), null);
    Set<String> hashes = new HashSet<>();
    for (FeatureView view :
        List.of(
            view("users", "u:{id}", "SELECT 1", "1.0", plain),
            view("people", "u:{id}", "SELECT 1", "1.0", plain),
            view("users", "v:{id}", "SELECT 1", "1.0", plain),
            view("users", "u:{id}", "SELECT 2", "1.0", plain),
            view("users", "u:{id}", "SELECT 1", "1.1", plain),
            view("users", "u:{id}", "SELECT 1", "1.0", plain, watch(List.of("x"), "SELECT :x")),
            view("users", "u:{id}", "SELECT 1", "1.0", watch(List.of("id"), null, "a", "b")),
            view("users", "u:{id}", "SELECT 1", "1.0", watch(List.of("id"), null, "a, b")),
            view("users", "u:{id}", "SELECT 1", "1.0", watch(List.of("id"), "SELECT :id")))) {
      assertThat(view.definitionHash()).matches("[0-9a-f]{16}");
      assertThat(hashes.add(view.definitionHash())).as("%s", view).isTrue();
    }
    assertThat(hashes)
        .contains(view("users", "u:{id}", "SELECT 1;", "1.0", plain).definitionHash());
  }

  @Test
  void watchesOfOtherMeaningHaveOtherDefinitions() {
    assertThat(watch(List.of("a", "b"), null).definition())
        .isNotEqualTo(watch(List.of("a, b"), null).definition())
        .isEqualTo(watch(List.of("a", "b"), null).definition());
  }

  @Test
  void aWatchLogsAtLeastOneColumn() {
    assertThatThrownBy(() -> watch(List.of(), null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("public.users");
  }

  @Test
  void versionsAreReadAndPrinted() {
    assertThat(ViewVersion.parse("1.10")).isEqualTo(new ViewVersion(1, 10)).hasToString("1.10");
    assertThat(ViewVersion.parse("3")).isEqualTo(new ViewVersion(3, 0));
    assertThat(ViewVersion.parse("255.255")).isEqualTo(new ViewVersion(255, 255));
    for (String text :
        List.of("", "v1", "1.", ".1", "1.2.3", "-1", "1000", "256", "1.256", "1,0")) {
      assertThatThrownBy(() -> ViewVersion.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
