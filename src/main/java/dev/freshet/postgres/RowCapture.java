package dev.freshet.postgres;

/**
 * What the row triggers of a watch take from each changed row: for tables of which statement
 * triggers do not see every change.
 */
record RowCapture(RowText row) implements RowByRow {

  /** Sets {@code old_key} and {@code new_key}. */
  @Override
  public String ofOneRow() {
    String filter =
        row.isFiltered()
            ? """

                IF NOT (%s) THEN
                  RETURN NULL;
                END IF;"""
                .formatted(row.differs("OLD", "NEW"))
            : "";
    return """
        IF TG_OP OPERATOR(pg_catalog.=) 'UPDATE' THEN%s
          old_key := %s;
          new_key := %s;
        ELSIF TG_OP OPERATOR(pg_catalog.=) 'INSERT' THEN
          new_key := %s;
          old_key := new_key;
        ELSIF TG_OP OPERATOR(pg_catalog.=) 'DELETE' THEN
          old_key := %s;
          new_key := old_key;
        ELSE
          is_whole_view := true;
        END IF;"""
        .formatted(filter, row.key("OLD"), row.key("NEW"), row.key("NEW"), row.key("OLD"));
  }
}
