package dev.freshet.postgres;

/**
 * What a row trigger takes from a row whose primary key an UPDATE may have changed, for watches
 * whose statement triggers see the new rows only.
 *
 * <p>It fires only where the statement sets a column of the key, which hardly any does.
 */
record KeyChange(RowText row) implements RowByRow {

  /** Sets {@code old_key} and {@code new_key} if they differ, and else ends the trigger. */
  @Override
  public String ofOneRow() {
    return """
        old_key := %1$s;
        new_key := %2$s;
        IF old_key OPERATOR(pg_catalog.=) new_key THEN
          RETURN NULL;
        END IF;"""
        .formatted(row.key("OLD"), row.key("NEW"));
  }
}
