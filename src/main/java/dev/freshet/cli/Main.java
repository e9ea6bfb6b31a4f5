package dev.freshet.cli;

/** The program {@code freshet}. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {}
}
