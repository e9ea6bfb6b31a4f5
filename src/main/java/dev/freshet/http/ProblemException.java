package dev.freshet.http;

/** Carries a problem from where it is found to where replies are made. */
final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  ProblemException(ProblemType type, String detail) {
    this(Problem.of(type, detail));
  }

  /** No stack trace: it is the client's mistake, and no trace would say more. */
  ProblemException(Problem problem) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  Problem problem() {
    return problem;
  }
}
