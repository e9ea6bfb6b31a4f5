package dev.freshet.cli.consistency;

import java.util.Random;
import java.util.Set;

/** What a writer does in one go. */
enum WriteKind {
  /** One row, one statement, no transaction around it. */
  SINGLE(500),
  /** Some rows in one or two statements. */
  MULTI(150),
  /** Some rows, given up. */
  ROLLBACK(80),
  /** Some rows, of which one was given up on the way. */
  SAVEPOINT(40),
  DELETE(70),
  INSERT(90),
  /** A row moves to a key that had none. */
  KEY_CHANGE(50),
  /** Some rows, committed long after they were changed. */
  LONG(10),
  /** All rows in one statement. */
  BULK(1),
  /** All rows are gone; half of the times others are there in the same transaction. */
  TRUNCATE(1);

  private final int weight;

  WriteKind(int weight) {
    this.weight = weight;
  }

  /** One of some at random, by their weights. */
  static WriteKind next(Random random, Set<WriteKind> kinds) {
    int draw = random.nextInt(kinds.stream().mapToInt(kind -> kind.weight).sum());
    for (WriteKind kind : kinds) {
      draw -= kind.weight;
      if (draw < 0) {
        return kind;
      }
    }
    throw new IllegalStateException("the weights have a sum");
  }
}
