package dev.freshet.cli.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProgramSourceTest {
  private final @Nullable String before = System.getProperty(ProgramSource.SETTING);

  @AfterEach
  void restore() {
    if (before == null) {
      System.clearProperty(ProgramSource.SETTING);
    } else {
      System.setProperty(ProgramSource.SETTING, before);
    }
  }

  @Test
  void aPropertyForcesOneSource() {
    System.setProperty(ProgramSource.SETTING, "artifacts");
    assertThat(ProgramSource.allowed()).containsExactly(ProgramSource.ARTIFACTS);
    System.setProperty(ProgramSource.SETTING, "machine");
    assertThat(ProgramSource.allowed()).containsExactly(ProgramSource.MACHINE);
  }

  @Test
  void anUnknownSourceIsRefusedWithTheKnownOnes() {
    System.setProperty(ProgramSource.SETTING, "docker");
    assertThatThrownBy(ProgramSource::allowed)
        .isInstanceOf(ServerFailedException.class)
        .hasMessage("FRESHET_SERVERS is `docker`; it can be machine or artifacts");
  }
}
