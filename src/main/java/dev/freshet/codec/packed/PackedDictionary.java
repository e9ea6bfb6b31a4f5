package dev.freshet.codec.packed;

import dev.freshet.codec.Dictionary;
import dev.freshet.codec.TrainedCodec;
import dev.freshet.codec.UndecodableException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the documents of a view have in common: whole shapes, whole layouts, texts, and what zstd
 * starts from. A payload names it by its number, and the shapes and layouts by their places.
 *
 * <p>As bytes: the format's version; shapes, layouts and texts, each list as a count and then each
 * entry as its length and bytes, numbers as varints; then zstd's dictionary, to the end.
 */
public final class PackedDictionary implements Dictionary, AutoCloseable {
  /** A dictionary of more bytes is refused. */
  public static final int BYTES_MAX = TrainedCodec.DICTIONARY_BYTES_MAX;

  private static final int VERSION = 1;

  private final long number;
  private final byte[] bytes;
  private final byte[][] layouts;
  private final Shape[] shapes;
  private final Map<ByteBuffer, Integer> shapePlaces = new HashMap<>();
  private final Map<ByteBuffer, Integer> layoutPlaces = new HashMap<>();
  private final Strings strings;
  private final Compressor compressor;

  private PackedDictionary(
      long number,
      byte[] bytes,
      List<byte[]> shapes,
      List<byte[]> layouts,
      List<byte[]> texts,
      byte[] zstd)
      throws UndecodableException {
    this.number = number;
    this.bytes = bytes;
    this.layouts = layouts.toArray(byte[][]::new);
    this.shapes = new Shape[shapes.size()];
    for (int i = 0; i < this.shapes.length; i++) {
      this.shapes[i] = Shape.read(shapes.get(i), 0, shapes.get(i).length, BYTES_MAX);
      shapePlaces.putIfAbsent(ByteBuffer.wrap(shapes.get(i)), i);
    }
    for (int i = 0; i < this.layouts.length; i++) {
      layoutPlaces.putIfAbsent(ByteBuffer.wrap(this.layouts[i]), i);
    }
    strings = new Strings(texts);
    compressor = new Compressor(zstd);
  }

  /**
   * Reads a dictionary.
   *
   * @param number that its payloads name it by, above 0
   * @throws UndecodableException if the bytes are no dictionary
   */
  public static PackedDictionary read(long number, byte[] bytes) throws UndecodableException {
    Source source = new Source(bytes, 0, bytes.length);
    if (bytes.length > BYTES_MAX || source.get() != VERSION) {
      throw new UndecodableException("the dictionary is too long, or of another version");
    }
    List<byte[]> shapes = readList(source);
    List<byte[]> layouts = readList(source);
    List<byte[]> texts = readList(source);
    return new PackedDictionary(
        number, bytes.clone(), shapes, layouts, texts, source.get(source.remaining()));
  }

  private static List<byte[]> readList(Source source) throws UndecodableException {
    int count = source.count(source.remaining());
    byte[][] list = new byte[count][];
    for (int i = 0; i < count; i++) {
      list[i] = source.get(source.count(source.remaining()));
    }
    return List.of(list);
  }

  /** A dictionary's bytes. */
  static byte[] write(List<byte[]> shapes, List<byte[]> layouts, List<byte[]> texts, byte[] zstd) {
    ByteSink out = new ByteSink();
    out.put(VERSION);
    for (List<byte[]> list : List.of(shapes, layouts, texts)) {
      out.putVarint(list.size());
      for (byte[] entry : list) {
        out.putVarint(entry.length);
        out.put(entry);
      }
    }
    out.put(zstd);
    return out.toBytes();
  }

  @Override
  public long number() {
    return number;
  }

  /** The dictionary as {@link #read} takes it. */
  public byte[] bytes() {
    return bytes.clone();
  }

  Strings strings() {
    return strings;
  }

  Compressor compressor() {
    return compressor;
  }

  @Nullable Integer placeOfShape(byte[] shape) {
    return shapePlaces.get(ByteBuffer.wrap(shape));
  }

  @Nullable Integer placeOfLayout(byte[] layout) {
    return layoutPlaces.get(ByteBuffer.wrap(layout));
  }

  Shape shape(int place) throws UndecodableException {
    if (place >= shapes.length) {
      throw new UndecodableException("the packed payload names a shape that its dictionary lacks");
    }
    return shapes[place];
  }

  byte[] layout(int place) throws UndecodableException {
    if (place >= layouts.length) {
      throw new UndecodableException("the packed payload names a layout that its dictionary lacks");
    }
    return layouts[place];
  }

  /** Gives back the native memory at once. Nothing may be encoded or decoded with it then. */
  @Override
  public void close() {
    compressor.close();
  }
}
