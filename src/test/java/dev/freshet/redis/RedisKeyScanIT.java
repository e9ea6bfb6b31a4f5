package dev.freshet.redis;

import static dev.freshet.redis.Samples.NAMESPACE;
import static dev.freshet.redis.Samples.bytes;
import static dev.freshet.redis.Samples.eviction;
import static dev.freshet.redis.Samples.firstWrite;
import static dev.freshet.redis.Samples.link;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.freshet.change.Link;
import dev.freshet.eviction.Chain.KeyScan;
import dev.freshet.lifecycle.ServerUnavailableException;
import dev.freshet.view.EntityKey;
import dev.freshet.view.KeyTemplate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RedisKeyScanIT extends ChainOnRedis {
  @Test
  void aScanOfNothingEnds() {
    assertThat(keysOf("img:*")).isEmpty();
  }

  @Test
  void allKeysThatMatchAreFoundPageByPage() {
    Set<String> expected = populate("img:", 10_000);
    populate("other:", 5_000);
    int pages = 0;
    Set<String> found = new HashSet<>();
    try (KeyScan scan = chain.scan("img:*")) {
      while (scan.hasNext()) {
        List<String> page = scan.next();
        assertThat(page).hasSizeLessThan(2_000);
        found.addAll(page);
        pages++;
      }
      assertThatThrownBy(scan::next).isInstanceOf(NoSuchElementException.class);
    }
    assertThat(found).isEqualTo(expected);
    assertThat(pages).isGreaterThan(5);
  }

  @Test
  void aScanThatDeletesWhatItFindsFindsAll() {
    populate("img:", 20_000);
    Set<String> kept = populate("other:", 20_000);
    chain.write(firstWrite());
    Link expected = link(0);
    int chunk = 0;
    long deleted = 0;
    try (KeyScan scan = chain.scan("img:*")) {
      while (scan.hasNext()) {
        Link next = link(++chunk);
        deleted +=
            chain.write(eviction(expected, next, scan.next().toArray(String[]::new))).deleted();
        expected = next;
      }
    }
    assertThat(deleted).isEqualTo(20_000);
    assertThat(keysOf("*")).hasSize(kept.size() + 1).containsAll(kept);
  }

  @Test
  void keysThatStayAreFoundWhileOthersComeAndGo() {
    Set<String> stay = populate("img:stay:", 5_000);
    populate("img:go:", 20_000);
    Set<String> found = new HashSet<>();
    int round = 0;
    try (KeyScan scan = chain.scan("img:*")) {
      while (scan.hasNext()) {
        found.addAll(scan.next());
        for (int i = round * 800; i < (round + 1) * 800; i++) {
          operator.del(bytes("img:go:" + i));
          operator.set(bytes("img:new:" + i), bytes("x"));
        }
        round++;
      }
    }
    assertThat(found).containsAll(stay);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a*b?c[d-e]^f\\g-h!:{id}", "[!x]:{id}", "*{id}", "img:{id}:*?"})
  void aTemplateWithGlobCharactersFindsItsOwnKeysOnly(String template) {
    KeyTemplate own = KeyTemplate.parse(template);
    Set<String> expected = new HashSet<>();
    for (String id : List.of("1", "*", "a:b", "ü", "[x]", "\\")) {
      expected.add(own.cacheKey(EntityKey.of(id)));
    }
    expected.forEach(key -> operator.set(bytes(key), bytes("x")));
    for (String others :
        List.of("aXbYcdfg-h!:1", "a*b?cd^f\\g-h!:1", "y:1", "!:1", "xx", "img:1:ab", "img:1:")) {
      operator.set(bytes(others), bytes("x"));
    }

    assertThat(new HashSet<>(keysOf(own.scanPattern()))).isEqualTo(expected);
  }

  @Test
  void aKeyThatIsNotUtf8IsLeftOutAndNamesNoOther() {
    byte[] notUtf8 = {'i', 'm', 'g', ':', (byte) 0xc3, (byte) 0x28};
    byte[] surrogate = {'i', 'm', 'g', ':', (byte) 0xed, (byte) 0xa0, (byte) 0x80};
    operator.set(notUtf8, bytes("x"));
    operator.set(surrogate, bytes("x"));
    operator.set(bytes("img:\uFFFD("), bytes("x"));
    operator.set(bytes("img:\uD83D\uDE00"), bytes("x"));

    assertThat(keysOf("img:*")).containsExactlyInAnyOrder("img:\uFFFD(", "img:\uD83D\uDE00");
  }

  @Test
  void aScanAcrossARestartEnds() {
    try (RedisProcess dying = RedisProcess.start();
        RedisConnections toDying = Samples.connections(dying.url());
        RedisChain itsChain = new RedisChain(toDying, NAMESPACE, Samples.CHAIN_TIMEOUT)) {
      for (int i = 0; i < 5_000; i++) {
        dying.operator().set(bytes("img:" + i), bytes("x"));
      }
      try (KeyScan scan = itsChain.scan("img:*")) {
        assertThat(scan.next()).isNotEmpty();
        dying.kill();
        dying.launchAgain();

        assertThatThrownBy(scan::next).isInstanceOf(ServerUnavailableException.class);
        assertThatThrownBy(scan::next).isInstanceOf(ServerUnavailableException.class);
      }
      assertThatThrownBy(
              () -> {
                dying.kill();
                itsChain.scan("img:*");
              })
          .isInstanceOf(ServerUnavailableException.class);
    }
  }

  @Test
  void aScanThatIsLedToAnotherServerEnds() throws Exception {
    populate("img:", 5_000);
    try (RedisProcess other = RedisProcess.start();
        SwitchingProxy proxy = new SwitchingProxy(redis.port());
        RedisConnections throughProxy = Samples.connections(proxy.url());
        RedisChain itsChain = new RedisChain(throughProxy, NAMESPACE, Samples.CHAIN_TIMEOUT);
        KeyScan scan = itsChain.scan("img:*")) {
      assertThat(scan.next()).isNotEmpty();
      proxy.switchTo(other.port());

      assertThatThrownBy(scan::next)
          .isInstanceOf(ServerUnavailableException.class)
          .hasMessageContaining("another process than before answers");
    }
  }

  @Test
  void aClosedScanLeavesNoConnection() {
    try (KeyScan scan = chain.scan("img:*")) {
      assertThat(operator.clientList()).contains("name=freshet-scan ");
      scan.next();
    }
    await().until(() -> !operator.clientList().contains("name=freshet-scan "));
  }

  private List<String> keysOf(String pattern) {
    List<String> keys = new ArrayList<>();
    try (KeyScan scan = chain.scan(pattern)) {
      scan.forEachRemaining(keys::addAll);
    }
    return keys;
  }

  private static Set<String> populate(String prefix, int count) {
    Set<String> keys = new HashSet<>();
    IdentityHashMap<byte[], byte[]> values = new IdentityHashMap<>();
    for (int i = 0; i < count; i++) {
      keys.add(prefix + i);
      values.put(bytes(prefix + i), bytes("x"));
    }
    operator.mset(values);
    return keys;
  }
}
