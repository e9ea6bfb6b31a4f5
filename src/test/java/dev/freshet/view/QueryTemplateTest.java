package dev.freshet.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.RandomCases;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class QueryTemplateTest {

  /** A piece of SQL, what becomes of it, and the parameters in it. */
  private record Piece(String sql, String positional, List<String> parameters) {
    static Piece same(String sql) {
      return new Piece(sql, sql, List.of());
    }
  }

  private static final List<Piece> PIECES =
      List.of(
          Piece.same("SELECT"),
          Piece.same("'a :b ? ''c'"),
          Piece.same("''"),
          Piece.same("'back\\'"),
          Piece.same("E'it''s \\' :x ? \\\\'"),
          Piece.same("e'\\''"),
          Piece.same("U&'d\\0061 :x'"),
          Piece.same("name'x:y'"),
          Piece.same("\"q :n ? \"\"'\""),
          Piece.same("$$ :x ? ' $$"),
          Piece.same("$tag$ :y $$ $t$ ' $tag$"),
          Piece.same("f$$oo"),
          Piece.same("a$b$:c".replace(":c", " c")),
          Piece.same("/* :a /* ? ' */ -- */"),
          Piece.same("/**/"),
          Piece.same("$1"),
          Piece.same("x::int[]"),
          Piece.same("a[1:2]"),
          Piece.same("a[1: n]"),
          Piece.same("f(a := 1)"),
          Piece.same("- > <@ /"),
          new Piece("-- :a ? ' ;\n", "\n", List.of()),
          new Piece("-- it's\r", "\r", List.of()),
          new Piece(":id", "?::text[]", List.of("id")),
          new Piece("ANY(:id_2::bigint[])", "ANY(?::text[]::bigint[])", List.of("id_2")),
          new Piece("(:a,:a,:_b)", "(?::text[],?::text[],?::text[])", List.of("a", "a", "_b")),
          new Piece("ANY(:\"we\"\"ird\"::int[])", "ANY(?::text[]::int[])", List.of("we\"ird")),
          new Piece(":\"a:b ?\"", "?::text[]", List.of("a:b ?")),
          Piece.same("x::\"a b\""),
          Piece.same("a[1: \"n\"]"),
          new Piece("doc ? 'a?'", "doc ?? 'a?'", List.of()),
          new Piece("doc ?| x @? y ?& z", "doc ??| x @?? y ??& z", List.of()));

  @Test
  void parametersBecomePositionalAndOperatorsAreEscaped() {
    QueryTemplate query =
        QueryTemplate.parse(
            "SELECT id, doc FROM t WHERE id = ANY(:id::bigint[]) AND doc ? 'k' AND r = ANY(:realm) OR :id = :x");

    assertThat(query.positionalSql())
        .isEqualTo(
            "SELECT id, doc FROM t WHERE id = ANY(?::text[]::bigint[]) AND doc ?? 'k' AND r = ANY(?::text[]) OR ?::text[] = ?::text[]");
    assertThat(query.parameters()).containsExactly("id", "realm", "id", "x");
    assertThat(query.parameterNames()).containsExactly("id", "realm", "x");
  }

  @Test
  void eachPieceOfSqlIsReadForWhatItIs() {
    for (Piece piece : PIECES) {
      QueryTemplate query = QueryTemplate.parse("x " + piece.sql + " y");

      assertThat(query.positionalSql()).isEqualTo("x " + piece.positional + " y");
      assertThat(query.parameters()).isEqualTo(piece.parameters);
    }
  }

  @Test
  void piecesOfSqlDoNotChangeEachOther() {
    RandomCases.check(
        2_000,
        random -> {
          StringBuilder sql = new StringBuilder("x");
          StringBuilder positional = new StringBuilder("x");
          List<String> parameters = new ArrayList<>();
          for (int i = random.nextInt(12); i >= 0; i--) {
            Piece piece = PIECES.get(random.nextInt(PIECES.size()));
            sql.append(' ').append(piece.sql);
            positional.append(' ').append(piece.positional);
            parameters.addAll(piece.parameters);
          }
          QueryTemplate query = QueryTemplate.parse(sql.toString());

          assertThat(query.positionalSql()).isEqualTo(positional.toString().strip());
          assertThat(query.parameters()).isEqualTo(parameters);
        });
  }

  @Test
  void hostileTextsAreReadOrRefusedButNeverFailOtherwise() {
    RandomCases.check(
        2_000,
        random -> {
          try {
            QueryTemplate.parse(RandomCases.hostileText(random) + RandomCases.hostileText(random));
          } catch (IllegalArgumentException e) {
            assertThat(e).isExactlyInstanceOf(IllegalArgumentException.class);
            assertThat(e.getMessage()).contains(";");
          }
        });
  }

  @Test
  void aParameterOfAnyNameCanBeWritten() {
    assertThat(QueryTemplate.parameter("Stückzahl_2")).isEqualTo(":Stückzahl_2");
    assertThat(QueryTemplate.parameter("we\"ird")).isEqualTo(":\"we\"\"ird\"");
    RandomCases.check(
        2_000,
        random -> {
          String name = RandomCases.hostileText(random) + random.nextInt(10);
          QueryTemplate query =
              QueryTemplate.parse("x " + QueryTemplate.parameter(name) + "::int[]");

          assertThat(query.parameters()).containsExactly(name);
          assertThat(query.positionalSql()).isEqualTo("x ?::text[]::int[]");
        });
  }

  @Test
  void whatFollowsTheStatementIsDropped() {
    for (String end : List.of(";", " ; ;\n", ";-- done", "; /* done */ -- ;\n;")) {
      assertThat(QueryTemplate.parse("SELECT 1" + end).toString()).isEqualTo("SELECT 1");
      assertThat(QueryTemplate.parse("SELECT 1" + end).positionalSql()).isEqualTo("SELECT 1");
    }
    assertThat(QueryTemplate.parse("SELECT ';'").positionalSql()).isEqualTo("SELECT ';'");
  }

  @Test
  void aLineCommentAtTheEndDoesNotSwallowWhatIsWrittenBehindTheQuery() {
    QueryTemplate query = QueryTemplate.parse("SELECT 1 -- the one");

    assertThat("SELECT * FROM (" + query.positionalSql() + ") q")
        .isEqualTo("SELECT * FROM (SELECT 1) q");
    assertThat(query).hasToString("SELECT 1 -- the one");
  }

  @Test
  void whatIsNoSingleQueryIsRefused() {
    for (String text : List.of("", " \n", ";", "-- only a comment")) {
      assertThatThrownBy(() -> QueryTemplate.parse(text)).hasMessageContaining("is empty");
    }
    for (String text : List.of("SELECT 1; SELECT 2", "SELECT 1; -- x\n DROP TABLE t", ";'a'")) {
      assertThatThrownBy(() -> QueryTemplate.parse(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("more than one statement");
    }
    for (String text :
        List.of("'a", "'a''", "E'a\\'", "E'a\\", "\"a", ":\"a\"\"", "$$a", "$t$ $$", "/* /* */")) {
      assertThatThrownBy(() -> QueryTemplate.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("does not end");
    }
  }

  @Test
  void queriesOfTheSameTextAreEqual() {
    assertThat(QueryTemplate.parse("SELECT 1;")).isEqualTo(QueryTemplate.parse(" SELECT 1 "));
    assertThat(QueryTemplate.parse("SELECT 1"))
        .hasSameHashCodeAs(QueryTemplate.parse("SELECT 1"))
        .isNotEqualTo(QueryTemplate.parse("SELECT 2"));
  }

  @Test
  void parametersCanBeWrittenOtherwise() {
    QueryTemplate query = QueryTemplate.parse("SELECT ':a', d ? 'k' WHERE a = ANY(:a) AND b = :b");
    assertThat(query.sqlWith("$1")).isEqualTo("SELECT ':a', d ? 'k' WHERE a = ANY($1) AND b = $1");
  }

  @Test
  void aNulIsRefused() {
    assertThatThrownBy(() -> QueryTemplate.parse("SELECT '\0'")).hasMessageContaining("NUL");
  }
}
