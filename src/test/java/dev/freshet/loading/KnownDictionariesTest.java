package dev.freshet.loading;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.codec.Codecs;
import dev.freshet.codec.Dictionaries;
import dev.freshet.codec.Dictionary;
import dev.freshet.codec.StoredDictionary;
import dev.freshet.codec.TrainedCodec;
import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.lifecycle.ServerUnavailableException.Server;
import dev.freshet.view.FeatureView;
import dev.freshet.view.KeyTemplate;
import dev.freshet.view.OnChange;
import dev.freshet.view.Precision;
import dev.freshet.view.QueryTemplate;
import dev.freshet.view.ViewVersion;
import dev.freshet.view.WhenBehind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class KnownDictionariesTest {
  private static final TrainedCodec PACKED = (TrainedCodec) Codecs.named("packed").orElseThrow();
  private static final FeatureView VIEW =
      new FeatureView(
          "pictures",
          KeyTemplate.parse("picture:{id}"),
          QueryTemplate.parse("SELECT id, doc FROM t WHERE id = ANY(:id)"),
          List.of(),
          List.of(),
          OnChange.EVICT,
          Duration.ofDays(1),
          0.1,
          Duration.ofSeconds(60),
          WhenBehind.SERVE,
          new ViewVersion(1, 0),
          "packed",
          Precision.EXACT);

  private final Source source = new Source();
  private final Queue<Runnable> asked = new ArrayDeque<>();
  private final List<String> failures = new ArrayList<>();
  private long nowNanos;

  private final KnownDictionaries known =
      new KnownDictionaries(
          source,
          List.of(VIEW),
          new LoadListener() {
            @Override
            public void failed(String view, String kind) {
              failures.add(kind);
            }
          },
          asked::add,
          () -> nowNanos);

  /** What a mirror holds, or that there is none. */
  private static final class Source implements DictionarySource {
    private final Map<Long, byte[]> dictionaries = new HashMap<>();
    private final Map<String, Long> newest = new HashMap<>();
    private boolean isAway;
    private int asked;

    @Override
    public Map<String, Long> newest(FeatureView view) {
      refuseIfAway();
      return newest;
    }

    @Override
    public Optional<byte[]> find(FeatureView view, long number) {
      asked++;
      refuseIfAway();
      return Optional.ofNullable(dictionaries.get(number));
    }

    private void refuseIfAway() {
      if (isAway) {
        throw new ServerUnavailableException(Server.REDIS, "away", null);
      }
    }
  }

  /** A dictionary unlike those of other seeds, in the source. */
  private long dictionary(int seed) {
    StoredDictionary stored =
        PACKED
            .train(
                List.of(
                    "{\"a%d\":1}".formatted(seed).getBytes(UTF_8),
                    "{\"a%d\":2}".formatted(seed).getBytes(UTF_8)))
            .orElseThrow();
    source.dictionaries.put(stored.number(), stored.bytes());
    return stored.number();
  }

  private boolean knows(long number) {
    return known.of(VIEW).find(Dictionary.class, number).isPresent();
  }

  private Optional<Long> newest() {
    return known.of(VIEW).newest(Dictionary.class).map(Dictionary::number);
  }

  private void answer() {
    while (!asked.isEmpty()) {
      asked.remove().run();
    }
  }

  @Test
  void anUnknownDictionaryIsAskedForInTheBackgroundOnceASecond() {
    long number = dictionary(1);
    byte[] bytes = source.dictionaries.remove(number);
    assertThat(knows(number)).isFalse();
    assertThat(source.asked).isZero();
    assertThat(knows(number)).isFalse();
    assertThat(asked).hasSize(1);
    answer();
    source.dictionaries.put(number, bytes);
    assertThat(knows(number)).isFalse();
    assertThat(asked).isEmpty();

    nowNanos += Duration.ofSeconds(1).toNanos();
    assertThat(knows(number)).isFalse();
    answer();
    assertThat(knows(number)).isTrue();
    assertThat(source.asked).isEqualTo(2);
    assertThat(failures).isEmpty();
  }

  @Test
  void onlySoManyAreAskedForAtATime() {
    for (int i = 0; i < KnownDictionaries.ASKING_MAX + 5; i++) {
      assertThat(knows(1_000_000 + i)).isFalse();
    }
    assertThat(asked).hasSize(KnownDictionaries.ASKING_MAX);
    nowNanos += Duration.ofSeconds(2).toNanos();
    assertThat(knows(5)).isFalse();
    assertThat(asked).as("those before have no reply yet").hasSize(KnownDictionaries.ASKING_MAX);
    answer();
    nowNanos += Duration.ofSeconds(2).toNanos();
    assertThat(knows(5)).isFalse();
    assertThat(asked).hasSize(1);
  }

  @Test
  void onlySoManyAreKeptAndNeverWithoutTheNewest() {
    long newest = dictionary(0);
    source.newest.put("packed", newest);
    known.refresh();
    List<Long> others = new ArrayList<>();
    for (int i = 1; i <= KnownDictionaries.KEPT_MAX + 3; i++) {
      others.add(dictionary(i));
      knows(others.get(i - 1));
      answer();
      nowNanos += Duration.ofSeconds(2).toNanos();
    }
    assertThat(newest()).contains(newest);
    assertThat(knows(newest)).isTrue();
    assertThat(others.stream().filter(this::knows).count())
        .isEqualTo(KnownDictionaries.KEPT_MAX - 1);
  }

  @Test
  void whatToWriteWithIsKeptForAMinuteAfterTheSourceHasForgottenIt() {
    assertThat(newest()).isEmpty();
    long first = dictionary(1);
    source.newest.put("packed", first);
    known.refresh();
    assertThat(newest()).contains(first);

    long second = dictionary(2);
    source.newest.put("packed", second);
    known.refresh();
    assertThat(newest()).contains(second);
    assertThat(knows(first)).isTrue();

    source.newest.clear();
    nowNanos += Duration.ofSeconds(59).toNanos();
    known.refresh();
    assertThat(newest()).contains(second);
    nowNanos += Duration.ofSeconds(2).toNanos();
    known.refresh();
    assertThat(newest()).isEmpty();
    assertThat(knows(second)).isTrue();
  }

  @Test
  void whileTheSourceIsAwayWhatIsKnownStaysInUse() {
    long number = dictionary(1);
    source.newest.put("packed", number);
    known.refresh();
    source.isAway = true;
    nowNanos += Duration.ofMinutes(10).toNanos();
    known.refresh();
    assertThat(newest()).contains(number);
    assertThat(knows(77_777)).isFalse();
    answer();
    assertThat(failures).containsExactly("redis_away", "redis_away");
  }

  @Test
  void bytesThatAreAnotherDictionaryOrNoneAreNotUsed() {
    long right = dictionary(1);
    long other = dictionary(2);
    source.dictionaries.put(right, source.dictionaries.get(other));
    source.dictionaries.put(other, new byte[] {4, 99});
    for (long number : List.of(right, other)) {
      assertThat(knows(number)).isFalse();
      answer();
      assertThat(knows(number)).isFalse();
    }
    assertThat(failures).containsExactly("bad_dictionary", "bad_dictionary");
  }

  @Test
  void afterItsExecutorHasEndedNothingIsAskedForAndNothingFails() {
    KnownDictionaries ended =
        new KnownDictionaries(
            source,
            List.of(VIEW),
            LoadListener.NONE,
            task -> {
              throw new RejectedExecutionException("ended");
            },
            () -> nowNanos);
    for (int i = 0; i < 2 * KnownDictionaries.ASKING_MAX; i++) {
      assertThat(ended.of(VIEW).find(Dictionary.class, 5)).isEmpty();
      nowNanos += Duration.ofSeconds(2).toNanos();
    }
  }

  @Test
  void aViewThatIsNotThereHasNone() {
    KnownDictionaries none =
        new KnownDictionaries(source, List.of(), LoadListener.NONE, asked::add, () -> nowNanos);
    assertThat(none.of(VIEW)).isSameAs(Dictionaries.NONE);
  }
}
