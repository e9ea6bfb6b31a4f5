package dev.freshet.codec;

import java.util.List;
import java.util.Optional;

/** The codecs that this version can write and read. */
public final class Codecs {
  private static final List<Codec> ALL =
      List.of(new JsonCodec(), new GzipCodec(), new ZstdCodec(), new PackedCodec());

  private Codecs() {}

  /** The names that a configuration may use. */
  public static List<String> names() {
    return ALL.stream().map(Codec::name).toList();
  }

  public static Optional<Codec> named(String name) {
    return ALL.stream().filter(codec -> codec.name().equals(name)).findFirst();
  }

  /** The codecs that can use dictionaries. */
  public static List<TrainedCodec> trained() {
    return ALL.stream()
        .filter(TrainedCodec.class::isInstance)
        .map(TrainedCodec.class::cast)
        .toList();
  }

  /** The codec whose id stands in a record's header. */
  public static Optional<Codec> withId(byte id) {
    return ALL.stream().filter(codec -> codec.id() == id).findFirst();
  }
}
