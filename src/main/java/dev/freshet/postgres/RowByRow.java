package dev.freshet.postgres;

/** What a row trigger takes: it is never called for many rows. */
interface RowByRow extends Capture {
  @Override
  default String countOfManyRows() {
    return "NULL;";
  }

  @Override
  default String ofManyRows(int watchId) {
    return "NULL;";
  }
}
