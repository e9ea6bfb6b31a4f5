package dev.freshet.codec.packed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Payloads that hold each kind of value and coding, for a fuzzer to begin with. */
public final class PackedSeeds {
  private static final int RANDOM_DOCUMENTS = 200;

  private PackedSeeds() {}

  /** Without zstd around the streams, so that what a fuzzer changes reaches the decoder. */
  public static List<byte[]> payloads(@Nullable PackedDictionary dictionary) {
    List<byte[]> documents = new ArrayList<>();
    documents.add(SampleDocuments.fast().get(0));
    documents.addAll(SampleDocuments.standard().subList(0, 2));
    for (int seed = 0; seed < RANDOM_DOCUMENTS; seed++) {
      documents.add(RandomJson.next(new Random(seed)).getBytes(UTF_8));
    }
    documents.add(rowsAlike().getBytes(UTF_8));
    return documents.stream().map(document -> payload(document, dictionary)).toList();
  }

  private static byte[] payload(byte[] document, @Nullable PackedDictionary dictionary) {
    JsonTape tape = JsonTape.read(document).orElseThrow();
    return PackedFormat.assemble(PackedFormat.streams(tape, dictionary), dictionary, false);
  }

  /** A matrix of bytes, each row but for one byte the one before. */
  private static String rowsAlike() {
    Random random = new Random(1);
    int[] row = random.ints(16, 0, 256).toArray();
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      row[i] = random.nextInt(256);
      rows.add(Arrays.toString(row).replace(" ", ""));
    }
    return "[" + String.join(",", rows) + "]";
  }
}
