package dev.freshet.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvironmentTest {
  private final Environment environment =
      new Environment(Map.of("A", "1", "B_2", "two ${A} $1 \\", "EMPTY", "")::get);

  @Test
  void variablesAreReplacedOnce() {
    assertThat(environment.expand("x${A}y${A}")).isEqualTo("x1y1");
    assertThat(environment.expand("${B_2}")).isEqualTo("two ${A} $1 \\");
    assertThat(environment.expand("[${EMPTY}]")).isEqualTo("[]");
  }

  @Test
  void whatIsNoVariableStays() {
    assertThat(environment.expand("$A $$ {A} a$")).isEqualTo("$A $$ {A} a$");
    assertThat(environment.expand("$${A}")).isEqualTo("${A}");
    assertThat(environment.expand("SELECT $$${\"a\": 1}$$")).isEqualTo("SELECT $${\"a\": 1}$$");
  }

  @Test
  void variablesThatAreNotSetAreNamed() {
    assertThatThrownBy(() -> environment.expand("${A}${NOT_SET}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the environment variable NOT_SET is not set; set it");
    assertThatThrownBy(() -> environment.expand("${X}${Y}"))
        .hasMessageStartingWith("the environment variables X, Y are not set; set them");
  }

  @Test
  void anOpenVariableIsRefused() {
    for (String text : new String[] {"${", "${}", "${A", "${A-b}", "${1}"}) {
      assertThatThrownBy(() -> environment.expand(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("write ${NAME}, or $${");
    }
  }
}
