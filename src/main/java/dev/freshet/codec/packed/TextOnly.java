package dev.freshet.codec.packed;

import dev.freshet.codec.Codec;
import dev.freshet.codec.UndecodableException;
import java.util.Arrays;
import java.util.Optional;

/**
 * A whole document that is there as text. Its values are made when they are first asked for, and
 * kept. A text that is no JSON, or is nested too deeply, has none.
 */
final class TextOnly implements Sequence {
  /** More than a text of the greatest length holds. */
  private static final long VALUES_MAX = 4L * Codec.DOCUMENT_BYTES_MAX;

  private final byte[] text;
  private final Deferred<Sequence> parsed = new Deferred<>(this::parse);

  TextOnly(byte[] text) {
    this.text = text;
  }

  byte[] text() {
    return text;
  }

  @Override
  public void write(int index, JsonSink out) {
    out.put(text);
  }

  /** The document in values; this one if it has none. */
  Sequence parsed() {
    return parsed.get();
  }

  private Sequence parse() {
    Optional<JsonTape> tape = JsonTape.read(text);
    if (tape.isEmpty()) {
      return this;
    }
    Streams streams = PackedEncoder.encode(tape.get(), Strings.NONE);
    byte[] shape = streams.shape.toBytes();
    byte[] bits = streams.bits.toBytes();
    byte[] withSlack = Arrays.copyOf(bits, bits.length + BitSource.SLACK_BYTES);
    Parts parts =
        new Parts(
            whole(streams.layout),
            whole(streams.data),
            whole(streams.rows),
            new BitSource(withSlack, 0, bits.length),
            Strings.NONE,
            VALUES_MAX);
    try {
      return PackedDecoder.decode(Shape.read(shape, 0, shape.length, VALUES_MAX), parts);
    } catch (UndecodableException e) {
      throw new IllegalStateException("a document that was just encoded cannot be decoded", e);
    }
  }

  private static Source whole(ByteSink sink) {
    return new Source(sink.toBytes(), 0, sink.length());
  }
}
