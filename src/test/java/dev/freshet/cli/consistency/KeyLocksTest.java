package dev.freshet.cli.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class KeyLocksTest {
  private final KeyLocks locks = new KeyLocks(3);

  @Test
  void aKeyIsLockedOnceUntilItIsGivenBack() {
    assertThat(locks.tryLock(2)).isTrue();
    assertThat(locks.tryLock(2)).isFalse();
    locks.unlock(List.of(2));
    assertThat(locks.tryLock(2)).isTrue();
  }

  @Test
  void allKeysAreLockedOrNone() throws InterruptedException {
    assertThat(locks.tryLock(3)).isTrue();
    assertThat(locks.tryLockAll(1)).isFalse();
    assertThat(locks.tryLock(1)).isTrue();
    locks.unlock(List.of(1, 3));
    assertThat(locks.tryLockAll(1)).isTrue();
    assertThat(locks.tryLock(1)).isFalse();
  }
}
