package dev.freshet.postgres;

import dev.freshet.view.QueryTemplate;
import dev.freshet.view.RelationName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Whether the role that migrates has the rights that this needs. Each right that is missing is told
 * with the statement that gives it, and who can run that.
 */
final class RoleRights {
  private final Connection connection;

  RoleRights(Connection connection) {
    this.connection = connection;
  }

  /** What is missing to install the schema, or to change what is in it. */
  List<String> onDatabase() throws SQLException {
    return problems(
        """
        SELECT format('role %1$s may not create schema freshet in database %2$s; run as %3$s: GRANT CREATE ON DATABASE %2$s TO %1$s;',
                      quote_ident(current_user), quote_ident(current_database()), quote_ident(pg_get_userbyid(datdba)))
          FROM pg_database
         WHERE datname = current_database() AND to_regnamespace('freshet') IS NULL
           AND NOT has_database_privilege(oid, 'CREATE')
        UNION ALL
        SELECT format('role %1$s may make no temporary views in database %2$s, by which migrate finds out what queries read; run as %3$s: GRANT TEMPORARY ON DATABASE %2$s TO %1$s;',
                      quote_ident(current_user), quote_ident(current_database()), quote_ident(pg_get_userbyid(datdba)))
          FROM pg_database
         WHERE datname = current_database() AND NOT has_database_privilege(oid, 'TEMPORARY')
        UNION ALL
        SELECT format('role %1$s may not use schema freshet or create anything in it; run as %2$s: GRANT USAGE, CREATE ON SCHEMA freshet TO %1$s;',
                      quote_ident(current_user), quote_ident(pg_get_userbyid(nspowner)))
          FROM pg_namespace
         WHERE nspname = 'freshet'
           AND NOT (has_schema_privilege(oid, 'USAGE') AND has_schema_privilege(oid, 'CREATE'))
        UNION ALL
        SELECT DISTINCT format('role %1$s is not %2$s, to which tables or functions of schema freshet belong; migrate as %2$s, or run as a superuser: GRANT %2$s TO %1$s;',
                      quote_ident(current_user), quote_ident(pg_get_userbyid(owner)))
          FROM (SELECT relowner FROM pg_class WHERE relnamespace = to_regnamespace('freshet') AND relkind IN ('r', 'p')
                UNION SELECT proowner FROM pg_proc WHERE pronamespace = to_regnamespace('freshet')) AS owned (owner)
         WHERE NOT pg_has_role(owner, 'USAGE')
        """);
  }

  /** Whether {@link #onDatabase} allows the temporary views of {@link QueryRelations}. */
  boolean canMakeTemporaryViews() throws SQLException {
    return "true"
        .equals(
            TextQuery.ask(
                connection,
                "SELECT has_database_privilege(current_database(), 'TEMPORARY')::text"));
  }

  /** What is missing to put triggers on a table, and to compute keys by them. */
  List<String> toWatch(RelationName table) throws SQLException {
    List<String> problems =
        problems(
            """
            SELECT format('role %1$s may not create triggers on %2$s; run as %3$s: GRANT TRIGGER ON %2$s TO %1$s;',
                          quote_ident(current_user), quote_ident(n.nspname) || '.' || quote_ident(c.relname), quote_ident(pg_get_userbyid(c.relowner)))
              FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
             WHERE n.nspname = ?::text AND c.relname = ?::text AND NOT has_table_privilege(c.oid, 'TRIGGER')
            """,
            table.schema(), table.name());
    problems.addAll(toSeeAllRowsOf(table));
    return problems;
  }

  /** Row security that would hide changed rows from the one who looks for their keys. */
  List<String> toSeeAllRowsOf(RelationName table) throws SQLException {
    return problems(
        """
        SELECT format('row security hides rows of %2$s from role %1$s, so their changes could be missed; run as a superuser: ALTER ROLE %1$s BYPASSRLS;',
                      quote_ident(current_user), quote_ident(n.nspname) || '.' || quote_ident(c.relname))
          FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
         WHERE n.nspname = ?::text AND c.relname = ?::text AND row_security_active(c.oid)
        """,
        table.schema(), table.name());
  }

  /** What is missing to read relations, by their oids. */
  List<String> toRead(Collection<String> oids) throws SQLException {
    return problems(
        """
        SELECT format('role %1$s may not read %2$s; run as %3$s: GRANT SELECT ON %2$s TO %1$s;',
                      quote_ident(current_user), quote_ident(n.nspname) || '.' || quote_ident(c.relname), quote_ident(pg_get_userbyid(c.relowner)))
          FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
         WHERE c.oid = ANY (string_to_array(?::text, ',')::oid[])
           AND NOT (has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT'))
         ORDER BY 1
        """,
        String.join(",", oids));
  }

  /** What is missing to look up the names in a query: schemas that its text speaks of. */
  List<String> toUseSchemasIn(QueryTemplate query) throws SQLException {
    return problems(
        """
        SELECT format('role %1$s may not use schema %2$s; run as %3$s: GRANT USAGE ON SCHEMA %2$s TO %1$s;',
                      quote_ident(current_user), quote_ident(nspname), quote_ident(pg_get_userbyid(nspowner)))
          FROM pg_namespace
         WHERE strpos(?::text, nspname::text) > 0 AND NOT has_schema_privilege(oid, 'USAGE')
         ORDER BY 1
        """,
        query.toString());
  }

  private List<String> problems(String sql, String... parameters) throws SQLException {
    List<String> problems = new ArrayList<>();
    for (TextQuery.Row row : TextQuery.rows(connection, sql, parameters)) {
      problems.add(row.text(0));
    }
    return problems;
  }
}
