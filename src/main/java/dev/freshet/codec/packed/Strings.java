package dev.freshet.codec.packed;

import dev.freshet.codec.UndecodableException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Texts that a dictionary knows, by their place in it. */
final class Strings {
  static final Strings NONE = new Strings(List.of());

  private final byte[][] texts;
  private final Map<ByteBuffer, Integer> places = new HashMap<>();

  Strings(List<byte[]> texts) {
    this.texts = texts.toArray(byte[][]::new);
    for (int i = 0; i < this.texts.length; i++) {
      places.putIfAbsent(ByteBuffer.wrap(this.texts[i]), i);
    }
  }

  @Nullable Integer placeOf(byte[] text, int from, int to) {
    return places.isEmpty() ? null : places.get(ByteBuffer.wrap(text, from, to - from));
  }

  byte[] at(long place) throws UndecodableException {
    if (place < 0 || place >= texts.length) {
      throw new UndecodableException("the packed payload names a text that its dictionary lacks");
    }
    return texts[(int) place];
  }
}
