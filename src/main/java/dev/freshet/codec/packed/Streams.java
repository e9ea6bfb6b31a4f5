package dev.freshet.codec.packed;

/** The five streams that a document is taken apart into. */
final class Streams {
  final ByteSink shape = new ByteSink();
  final ByteSink layout = new ByteSink();
  final ByteSink data = new ByteSink();
  final ByteSink rows = new ByteSink();
  final BitSink bits = new BitSink();
}
