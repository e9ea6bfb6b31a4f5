package dev.freshet.codec.packed;

import com.github.luben.zstd.ZstdDictTrainer;
import com.github.luben.zstd.ZstdException;
import dev.freshet.codec.UndecodableException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes a dictionary of what a view's documents have in common. */
public final class PackedDictionaryTrainer {
  private static final int ZSTD_BYTES = 16 << 10;

  /** Entries of each list at most, so that most places take one byte. */
  private static final int ENTRIES_MAX = 126;

  /** Longer shapes, layouts and texts stay with the value. */
  private static final int ENTRY_BYTES_MAX = 16 << 10;

  private static final int TEXT_BYTES_MAX = 64;

  /** Of each list, so that the dictionary is never too long. */
  private static final int LIST_BYTES_MAX = 256 << 10;

  /** The part of the samples that must have a text in common. */
  private static final double COMMON = 0.02;

  private final List<JsonTape> samples = new ArrayList<>();

  /** Adds a document. What is no JSON is left out. */
  public void add(byte[] json) {
    JsonTape.read(json).ifPresent(samples::add);
  }

  /** How many documents were added. */
  public int samples() {
    return samples.size();
  }

  /** Makes the dictionary, as {@link PackedDictionary#read} takes it. */
  public byte[] train() {
    List<byte[]> texts = commonTexts();
    Strings strings = new Strings(texts);
    Map<ByteBuffer, Integer> shapes = new HashMap<>();
    Map<ByteBuffer, Integer> layouts = new HashMap<>();
    List<Streams> encoded = new ArrayList<>();
    for (JsonTape sample : samples) {
      Streams streams = PackedEncoder.encode(sample, strings);
      encoded.add(streams);
      shapes.merge(ByteBuffer.wrap(streams.shape.toBytes()), 1, Integer::sum);
      layouts.merge(ByteBuffer.wrap(streams.layout.toBytes()), 1, Integer::sum);
    }
    List<byte[]> commonShapes = common(shapes, 2, ENTRY_BYTES_MAX);
    List<byte[]> commonLayouts = common(layouts, 2, ENTRY_BYTES_MAX);
    byte[] withoutZstd = PackedDictionary.write(commonShapes, commonLayouts, texts, new byte[0]);
    return PackedDictionary.write(commonShapes, commonLayouts, texts, zstd(encoded, withoutZstd));
  }

  private byte[] zstd(List<Streams> encoded, byte[] lists) {
    try (PackedDictionary dictionary = PackedDictionary.read(1, lists)) {
      List<byte[]> plain = new ArrayList<>();
      int total = 0;
      for (Streams streams : encoded) {
        byte[] content = PackedFormat.plain(streams, dictionary);
        plain.add(content);
        total += content.length;
      }
      ZstdDictTrainer trainer = new ZstdDictTrainer(total + 1, ZSTD_BYTES);
      plain.forEach(trainer::addSample);
      return trainer.trainSamples();
    } catch (ZstdException e) {
      // Too few samples, or nothing in common: the lists are a dictionary by themselves.
      return new byte[0];
    } catch (UndecodableException e) {
      throw new IllegalStateException("a dictionary that was just made cannot be read", e);
    }
  }

  /** Whole texts, and what stands before the digits at their end. */
  private List<byte[]> commonTexts() {
    Map<ByteBuffer, Integer> counts = new HashMap<>();
    for (JsonTape sample : samples) {
      for (ByteBuffer text : Texts.knowable(sample)) {
        counts.merge(text, 1, Integer::sum);
      }
    }
    int least = Math.max(2, (int) (samples.size() * COMMON));
    return common(counts, least, TEXT_BYTES_MAX);
  }

  private static List<byte[]> common(Map<ByteBuffer, Integer> counts, int least, int bytesMax) {
    List<byte[]> inOrder =
        counts.entrySet().stream()
            .filter(entry -> entry.getValue() >= least && entry.getKey().remaining() <= bytesMax)
            .sorted(
                Map.Entry.<ByteBuffer, Integer>comparingByValue(Comparator.reverseOrder())
                    .thenComparing(Map.Entry.comparingByKey()))
            .limit(ENTRIES_MAX)
            .map(entry -> bytes(entry.getKey()))
            .toList();
    List<byte[]> common = new ArrayList<>();
    int total = 0;
    for (byte[] entry : inOrder) {
      if (total + entry.length <= LIST_BYTES_MAX) {
        total += entry.length;
        common.add(entry);
      }
    }
    return common;
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
