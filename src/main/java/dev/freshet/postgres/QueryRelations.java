package dev.freshet.postgres;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.view.QueryTemplate;
import dev.freshet.view.RelationName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The tables that a query reads, found in two ways, since each sees what the other cannot.
 *
 * <p><em>As written</em>: the query becomes a temporary view, and the catalogs tell what that
 * depends on, through other views and through SQL functions whose bodies are parsed. Nothing that
 * the query names is missing, whatever the planner would make of it: joins that it removes,
 * branches that it knows to be empty, partitions that it prunes.
 *
 * <p><em>As planned</em>: a generic plan names the tables of functions that were inlined, whose
 * bodies the catalogs keep as texts only.
 *
 * <p>All in a transaction that is rolled back. What other functions read is hidden from both.
 */
final class QueryRelations {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Parameter: the oids to begin with, separated by commas. */
  private static final String REACHED =
      """
      WITH RECURSIVE reached (classid, objid) AS (
        SELECT 'pg_class'::regclass::oid, first::oid FROM unnest(string_to_array(?::text, ',')) AS first
        UNION
        SELECT d.refclassid, d.refobjid
          FROM reached AS x
         CROSS JOIN LATERAL (
                SELECT 'pg_rewrite'::regclass::oid, r.oid
                  FROM pg_rewrite AS r JOIN pg_class AS v ON v.oid = r.ev_class
                 WHERE x.classid = 'pg_class'::regclass AND r.ev_class = x.objid AND v.relkind = 'v'
                UNION ALL
                SELECT x.classid, x.objid WHERE x.classid = 'pg_proc'::regclass) AS y (classid, objid)
          JOIN pg_depend AS d ON d.classid = y.classid AND d.objid = y.objid
         WHERE d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass))
      SELECT c.oid::text, n.nspname::text, c.relname::text, c.relkind::text,
             (WITH RECURSIVE up (oid) AS (
                SELECT c.oid UNION SELECT i.inhparent FROM up JOIN pg_inherits AS i ON i.inhrelid = up.oid)
              SELECT string_agg(oid::text, ',') FROM up)
        FROM (SELECT DISTINCT objid FROM reached WHERE classid = 'pg_class'::regclass) AS r
        JOIN pg_class AS c ON c.oid = r.objid
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
       ORDER BY 2, 3
      """;

  /** What the temporary view itself names, which this role must be allowed to read. */
  private static final String NAMED =
      """
      SELECT DISTINCT d.refobjid::text
        FROM pg_depend AS d JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
       WHERE r.ev_class = 'pg_temp.freshet_query'::regclass AND d.refclassid = 'pg_class'::regclass
         AND d.refobjid <> r.ev_class
      """;

  private final Connection connection;

  QueryRelations(Connection connection) {
    this.connection = connection;
  }

  /**
   * A table, materialized view or foreign table.
   *
   * @param kind {@code pg_class.relkind}
   * @param selfAndAncestors oids of the relation, and of those that it is a partition or child of
   */
  record Relation(String oid, RelationName name, String kind, Set<String> selfAndAncestors) {}

  /**
   * All relations that a query reads.
   *
   * @throws SQLException if it does not run
   */
  List<Relation> readBy(QueryTemplate query) throws SQLException {
    return rolledBack(
        () -> {
          Set<String> oids = new LinkedHashSet<>();
          createView(query);
          oids.add(viewOid());
          oids.addAll(planned(query));
          return reachedFrom(oids);
        });
  }

  /** The oids of the relations and views that a query names; needs no right on them. */
  Set<String> namedIn(QueryTemplate query) throws SQLException {
    return rolledBack(
        () -> {
          createView(query);
          return TextQuery.rows(connection, NAMED).stream()
              .map(row -> row.text(0))
              .collect(Collectors.toSet());
        });
  }

  /** The relations among these, and those that the views among them read. */
  List<Relation> reachedFrom(Collection<String> oids) throws SQLException {
    List<Relation> relations = new ArrayList<>();
    for (TextQuery.Row row : TextQuery.rows(connection, REACHED, String.join(",", oids))) {
      relations.add(
          new Relation(
              row.text(0),
              new RelationName(row.text(1), row.text(2)),
              row.text(3),
              Set.of(row.text(4).split(","))));
    }
    return relations;
  }

  private interface Work<T> {
    T run() throws SQLException;
  }

  private <T> T rolledBack(Work<T> work) throws SQLException {
    connection.setAutoCommit(false);
    try {
      return work.run();
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  private void createView(QueryTemplate query) throws SQLException {
    runAsText(
        "CREATE TEMPORARY VIEW freshet_query AS SELECT 1 AS one FROM (%s) AS q"
            .formatted(query.sqlWith("NULL::text[]")));
  }

  /**
   * Runs a statement that the driver would not understand: it takes any {@code $1} for an error.
   */
  private void runAsText(String sql) throws SQLException {
    String block = "BEGIN EXECUTE %s; END".formatted(SqlLiteral.of(sql));
    try (Statement statement = connection.createStatement()) {
      statement.execute("DO " + SqlLiteral.of(block));
    }
  }

  private String viewOid() throws SQLException {
    return TextQuery.rows(connection, "SELECT 'pg_temp.freshet_query'::regclass::oid::text")
        .get(0)
        .text(0);
  }

  /** The oids of the relations in the query's generic plan. */
  private Set<String> planned(QueryTemplate query) throws SQLException {
    Set<RelationName> names = new LinkedHashSet<>();
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL plan_cache_mode = force_generic_plan");
      statement.execute("SET LOCAL enable_partition_pruning = off");
      statement.execute("SET LOCAL constraint_exclusion = off");
      runAsText(
          "PREPARE freshet_query (text[]) AS SELECT * FROM (%s) AS q"
              .formatted(query.sqlWith("$1::text[]")));
      try (ResultSet row =
          statement.executeQuery("EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE freshet_query (NULL)")) {
        row.next();
        collect(JSON.readTree(row.getString(1)), names);
      } catch (JsonProcessingException e) {
        throw new SQLException("the plan is no JSON: " + e.getOriginalMessage(), "XX000", e);
      } finally {
        statement.execute("DEALLOCATE freshet_query");
      }
    }
    Set<String> oids = new LinkedHashSet<>();
    for (RelationName name : names) {
      String oid = oidOf(name);
      if (!oid.isEmpty()) {
        oids.add(oid);
      }
    }
    return oids;
  }

  private static void collect(JsonNode node, Set<RelationName> names) {
    if (node.hasNonNull("Relation Name") && node.hasNonNull("Schema")) {
      names.add(new RelationName(node.get("Schema").asText(), node.get("Relation Name").asText()));
    }
    Stream.Builder<JsonNode> children = Stream.builder();
    node.elements().forEachRemaining(children);
    children.build().forEach(child -> collect(child, names));
  }

  /** A relation's or view's oid; empty if there is none of this name. */
  String oidOf(RelationName name) throws SQLException {
    String oid =
        TextQuery.ask(
            connection,
            """
            SELECT c.oid::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
             WHERE n.nspname = ?::text AND c.relname = ?::text
            """,
            name.schema(),
            name.name());
    return oid == null ? "" : oid;
  }
}
