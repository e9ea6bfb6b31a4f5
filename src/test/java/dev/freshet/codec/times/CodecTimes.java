package dev.freshet.codec.times;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.codec.Codec;
import dev.freshet.codec.Codecs;
import dev.freshet.codec.Dictionaries;
import dev.freshet.codec.TrainedCodec;
import dev.freshet.codec.UndecodableException;
import dev.freshet.codec.packed.Document;
import dev.freshet.codec.packed.PackedDictionary;
import dev.freshet.codec.packed.PackedFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What it takes to read one document. Each call reads the next one, so that neither caches nor
 * branches are those of a single document.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CodecTimes {
  @Param("demo")
  public String dataset = "demo";

  private final ObjectMapper jackson = new ObjectMapper();
  private Dictionaries packedDictionary = Dictionaries.NONE;
  private Dictionaries zstdDictionary = Dictionaries.NONE;
  private final Codec packed = Codecs.named("packed").orElseThrow();
  private final Codec zstd = Codecs.named("zstd").orElseThrow();
  private final Codec gzip = Codecs.named("gzip").orElseThrow();
  private List<byte[]> json = List.of();
  private List<ByteBuffer> packedPayloads = List.of();
  private List<ByteBuffer> zstdPayloads = List.of();
  private List<ByteBuffer> zstdDictionaryPayloads = List.of();
  private List<ByteBuffer> gzipPayloads = List.of();
  private List<NumberPaths> numberPaths = List.of();

  /** The place of the document that was read last. */
  int next;

  /** Trains the dictionary that a benchmark needs, and writes all documents with its codec. */
  @Setup
  public void prepare(BenchmarkParams params) {
    String benchmark = params.getBenchmark();
    prepare(benchmark.substring(benchmark.lastIndexOf('.') + 1));
  }

  void prepare(String benchmark) {
    TimedDocuments documents = TimedDocuments.named(dataset);
    json = documents.measured();
    if (benchmark.startsWith("packed")) {
      packedDictionary = trained("packed", documents.training());
      packedPayloads = payloads(packed, packedDictionary);
    } else if (benchmark.startsWith("zstdWithDictionary")) {
      zstdDictionary = trained("zstd", documents.training());
      zstdDictionaryPayloads = payloads(zstd, zstdDictionary);
    } else if (benchmark.startsWith("zstd")) {
      zstdPayloads = payloads(zstd, Dictionaries.NONE);
    } else if (benchmark.startsWith("gzip")) {
      gzipPayloads = payloads(gzip, Dictionaries.NONE);
    }
    if (benchmark.endsWith("AllArrays")) {
      numberPaths = json.stream().map(NumberPaths::of).toList();
    }
  }

  static Dictionaries trained(String codec, List<byte[]> documents) {
    TrainedCodec trained =
        Codecs.trained().stream().filter(c -> c.name().equals(codec)).findFirst().orElseThrow();
    try {
      return Dictionaries.of(trained.train(documents).orElseThrow().prepare());
    } catch (UndecodableException e) {
      throw new IllegalStateException("a dictionary that was just trained cannot be read", e);
    }
  }

  private List<ByteBuffer> payloads(Codec codec, Dictionaries dictionaries) {
    return json.stream().map(text -> ByteBuffer.wrap(codec.encode(text, dictionaries))).toList();
  }

  private int next() {
    next = next + 1 < json.size() ? next + 1 : 0;
    return next;
  }

  private Document document(int index) throws UndecodableException {
    return PackedFormat.decode(
        packedPayloads.get(index), number -> packedDictionary.find(PackedDictionary.class, number));
  }

  /** A hit of a view of codec {@code packed} whose caller gets a {@link Document}. */
  @Benchmark
  public Document packedToTyped() throws UndecodableException {
    return document(next());
  }

  /** The same, and the caller takes each array of numbers out of it, once. */
  @Benchmark
  public void packedToTypedAndAllArrays(Blackhole taken) throws UndecodableException {
    int index = next();
    numberPaths.get(index).read(document(index), taken::consume);
  }

  /** The same, and the caller asks for the JSON. */
  @Benchmark
  public byte[] packedToText() throws UndecodableException {
    return packed.decode(packedPayloads.get(next()), packedDictionary);
  }

  @Benchmark
  public JsonNode jackson() throws IOException {
    return jackson.readTree(json.get(next()));
  }

  @Benchmark
  public JsonNode zstdAndJackson() throws IOException, UndecodableException {
    return jackson.readTree(zstd.decode(zstdPayloads.get(next())));
  }

  @Benchmark
  public JsonNode zstdWithDictionaryAndJackson() throws IOException, UndecodableException {
    return jackson.readTree(zstd.decode(zstdDictionaryPayloads.get(next()), zstdDictionary));
  }

  @Benchmark
  public JsonNode gzipAndJackson() throws IOException, UndecodableException {
    return jackson.readTree(gzip.decode(gzipPayloads.get(next())));
  }
}
