package dev.freshet.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.RandomCases;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RelationNameTest {

  @Test
  void namesAreReadByTheRulesOfSql() {
    Map<String, RelationName> names =
        Map.of(
            "public.users",
            new RelationName("public", "users"),
            "Public.USERS",
            new RelationName("public", "users"),
            "public.\"Users\"",
            new RelationName("public", "Users"),
            "\"a.b\".\"c\"\"d\"",
            new RelationName("a.b", "c\"d"),
            "\"\"\"\".x",
            new RelationName("\"", "x"),
            "\" \".$x".replace("$x", "_x$1"),
            new RelationName(" ", "_x$1"),
            "s.ÄÖb",
            new RelationName("s", "ÄÖb"));
    names.forEach((text, name) -> assertThat(RelationName.parse(text)).as(text).isEqualTo(name));
  }

  @Test
  void whatIsNoNameOfTwoPartsIsRefused() {
    for (String text :
        List.of(
            "",
            ".",
            "users",
            "a.",
            ".b",
            "a.b.c",
            "a..b",
            "a.b.",
            "a. b",
            "a .b",
            "a b.c",
            "a.b;c",
            "a-b.c",
            "1a.b",
            "$a.b",
            "a.\"b",
            "\"a.b",
            "a\"b\".c",
            "a.\"b\"c",
            "a.\"\"",
            "a.\"\0\"",
            "a.b\0",
            "a.b\n")) {
      assertThatThrownBy(() -> RelationName.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(
              "`" + text + "` is no schema-qualified table name; write schema.table");
    }
  }

  @Test
  void everyNameIsReadBackFromItsTextAndFromItsSql() {
    RandomCases.check(
        2_000,
        random -> {
          RelationName name =
              new RelationName(
                  "x" + RandomCases.hostileText(random), RandomCases.hostileText(random) + "y");

          assertThat(RelationName.parse(name.toString())).isEqualTo(name);
          assertThat(RelationName.parse(name.sql())).isEqualTo(name);
        });
  }

  @Test
  void textIsQuotedOnlyWhereItMustBeAndSqlAlways() {
    assertThat(new RelationName("public", "users")).hasToString("public.users");
    assertThat(new RelationName("public", "Us\"ers")).hasToString("public.\"Us\"\"ers\"");
    assertThat(new RelationName("public", "users").sql()).isEqualTo("\"public\".\"users\"");
  }
}
