package dev.freshet.eviction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.change.Change;
import dev.freshet.eviction.WatchRules.Rule;
import dev.freshet.view.EntityKey;
import dev.freshet.view.FeatureView;
import dev.freshet.view.KeyTemplate;
import dev.freshet.view.OnChange;
import dev.freshet.view.Precision;
import dev.freshet.view.QueryTemplate;
import dev.freshet.view.RelationName;
import dev.freshet.view.ViewVersion;
import dev.freshet.view.Watch;
import dev.freshet.view.WhenBehind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EvictionPlanTest {
  private static final Watch DIRECT =
      new Watch(RelationName.parse("public.stores"), List.of("slug"), null, List.of(), false);
  private static final Watch MAPPED =
      new Watch(
          RelationName.parse("public.products"),
          List.of("store_id"),
          QueryTemplate.parse("SELECT slug FROM public.stores WHERE id = ANY(:store_id::bigint[])"),
          List.of(),
          false);
  private static final FeatureView VIEW = view("catalogs", "catalog:{slug}", DIRECT, MAPPED);
  private static final FeatureView OTHER = view("others", "other:{slug}", DIRECT);

  private static final Rule.Mapped MAPPED_RULE = new Rule.Mapped(VIEW, MAPPED);
  private static final WatchRules RULES =
      new WatchRules(
          Map.of(
              1, new Rule.EntityKeys(VIEW),
              2, MAPPED_RULE,
              3, new Rule.WholeView(VIEW),
              4, new Rule.Nothing(),
              5, new Rule.EntityKeys(OTHER)),
          Set.of(),
          Map.of(),
          Map.of());

  private static FeatureView view(String name, String key, Watch... watches) {
    return view(name, key, OnChange.EVICT, watches);
  }

  static FeatureView view(String name, String key, OnChange onChange, Watch... watches) {
    return new FeatureView(
        name,
        KeyTemplate.parse(key),
        QueryTemplate.parse("SELECT slug, 1 AS v FROM public.stores WHERE slug = ANY(:slug)"),
        List.of(watches),
        List.of(),
        onChange,
        Duration.ofDays(1),
        0.1,
        Duration.ofMinutes(1),
        WhenBehind.SERVE,
        ViewVersion.parse("1.0"),
        "json",
        Precision.EXACT);
  }

  private static Change change(int watchId, String... keys) {
    return new Change(1, watchId, List.of(keys), 0, 0);
  }

  private static Change wholeView(int watchId) {
    return new Change(1, watchId, null, 0, 0);
  }

  private static EvictionPlan plan(Change... changes) {
    return EvictionPlan.of(List.of(changes), RULES);
  }

  @Test
  void everyKeyIsNamedOnce() {
    EvictionPlan plan = plan(change(1, "a", "b"), change(1, "b", "c"), change(5, "a"));
    assertThat(plan.entities())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                VIEW, Set.of(EntityKey.of("a"), EntityKey.of("b"), EntityKey.of("c")),
                OTHER, Set.of(EntityKey.of("a"))));
    assertThat(plan.wholeViews()).isEmpty();
    assertThat(plan.unmapped()).isEmpty();
  }

  @Test
  void valuesOfAMappedWatchAreGatheredForOneQuery() {
    EvictionPlan plan = plan(change(2, "1", "2"), change(2, "2", "3"));
    assertThat(plan.entities()).isEmpty();
    assertThat(plan.unmapped())
        .containsExactly(
            Map.entry(
                MAPPED_RULE, Set.of(EntityKey.of("1"), EntityKey.of("2"), EntityKey.of("3"))));
  }

  @Test
  void aWholeViewMakesItsSingleKeysNeedlessButNoOthers() {
    EvictionPlan plan = plan(change(1, "a"), change(2, "1"), wholeView(1), change(5, "a"));
    assertThat(plan.wholeViews()).containsExactly(VIEW);
    assertThat(plan.entities()).containsOnlyKeys(OTHER);
    assertThat(plan.unmapped()).isEmpty();
  }

  @Test
  void keysThatWereLoggedUnderARetiredRuleAskForTheWholeView() {
    assertThat(plan(change(3, "a")).wholeViews()).containsExactly(VIEW);
  }

  @Test
  void rowsOfARemovedViewAskForNothing() {
    EvictionPlan plan = plan(change(4, "a"), wholeView(4));
    assertThat(plan.wholeViews()).isEmpty();
    assertThat(plan.entities()).isEmpty();
  }

  @Test
  void aKeyThatIsNoneAsksForTheWholeView() {
    assertThat(plan(change(1, "a:b")).wholeViews()).containsExactly(VIEW);
    assertThat(plan(change(2, "1:2")).wholeViews()).containsExactly(VIEW);
  }

  @Test
  void aViewThatIsNotCachedWhileTheLogIsFullNeedsNoEviction() {
    WatchRules full = RULES.whileLogIsFull(true);
    EvictionPlan plan =
        EvictionPlan.of(List.of(change(1, "a"), change(2, "1"), wholeView(3)), full);
    assertThat(plan.entities()).isEmpty();
    assertThat(plan.unmapped()).isEmpty();
    assertThat(plan.wholeViews()).isEmpty();
    assertThat(full.definition(VIEW)).isEqualTo("overflow");
    assertThat(full.whatIsWrong()).contains("the change log is full");
    assertThat(RULES.whatIsWrong()).isEmpty();
  }

  @Test
  void anUnknownWatchIsNeverSkipped() {
    assertThatThrownBy(() -> plan(change(1, "a"), change(99, "a")))
        .isInstanceOf(UnknownWatchException.class)
        .hasMessageContaining("watch 99")
        .hasMessageContaining("run the daemon with the configuration that was migrated last");
  }
}
