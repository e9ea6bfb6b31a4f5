package dev.freshet.postgres;

import java.util.List;

/**
 * A migration that would run, as a transaction of its own.
 *
 * @param description what it installs or removes
 * @param statements in order, without a final semicolon but where a script has one; a script of
 *     several statements is one text
 */
public record PlannedMigration(String description, List<String> statements) {
  public PlannedMigration {
    statements = List.copyOf(statements);
  }
}
