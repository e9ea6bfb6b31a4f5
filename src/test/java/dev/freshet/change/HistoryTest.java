package dev.freshet.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryTest {

  @Test
  void everyHistoryIsReadBackFromItsText() {
    for (String database : List.of("shop", "my shop", " ", "1 2", "sho\np", "Läden")) {
      History history = new History("7301234567890123456", database, 3);

      assertThat(History.parse(history.toString())).isEqualTo(history);
    }
    assertThat(new History("7001", "shop", 1)).hasToString("7001 1 shop");
  }

  @Test
  void whatIsNoHistoryIsRefused() {
    for (String text :
        List.of("", "7001", "7001 1", "7001 1 ", "x 1 shop", "7001 x shop", "7001 -1 a")) {
      assertThatThrownBy(() -> History.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("`" + text + "`");
    }
  }

  @Test
  void aPromotedDatabaseIsTheSame() {
    History history = new History("7001", "shop", 1);

    assertThat(history.isSameDatabase(new History("7001", "shop", 2))).isTrue();
    assertThat(history.isSameDatabase(new History("7002", "shop", 1))).isFalse();
    assertThat(history.isSameDatabase(new History("7001", "shop2", 1))).isFalse();
  }

  @Test
  void aChangeWithoutKeysIsTheWholeView() {
    assertThat(new Change(7, 1, null, 0, 0).isWholeView()).isTrue();
    assertThat(new Change(7, 1, List.of(), 0, 0).isWholeView()).isFalse();
  }
}
