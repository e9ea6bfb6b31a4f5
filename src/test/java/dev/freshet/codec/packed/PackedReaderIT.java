package dev.freshet.codec.packed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.codec.StoredDictionary;
import dev.freshet.codec.UndecodableException;
import dev.freshet.servers.ProgramsOnPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * The reader in Python, made from the specification, reads what the writer in Java wrote. Where
 * Python has no zstd, payloads are written without; where there is no Python it is skipped.
 */
class PackedReaderIT {
  private static final String READER = "docs/readers/packed.py";
  private static final int RANDOM_DOCUMENTS = 1_500;

  @TempDir Path directory;

  private static List<byte[]> documents() {
    List<byte[]> documents = new ArrayList<>(SampleDocuments.fast());
    documents.addAll(SampleDocuments.standard());
    documents.addAll(SampleDocuments.full());
    long seed = Long.getLong("freshet.seed", new Random().nextLong());
    Random random = new Random(seed);
    for (int i = 0; i < RANDOM_DOCUMENTS; i++) {
      documents.add(RandomJson.next(random).getBytes(UTF_8));
    }
    return documents;
  }

  private int run(Path in, Path out, String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectInput(in.toFile())
        .redirectOutput(out.toFile())
        .redirectError(directory.resolve("errors").toFile())
        .start()
        .waitFor();
  }

  static boolean hasPython() {
    return ProgramsOnPath.find("python3").isPresent();
  }

  private boolean pythonHasZstd() throws IOException, InterruptedException {
    Path nothing = Files.createTempFile(directory, "nothing", "");
    return run(nothing, directory.resolve("out"), "python3", "-c", "import zstandard") == 0;
  }

  /** A payload and what must be read from it, a line each. */
  private static void add(
      byte[] document,
      @Nullable PackedDictionary dictionary,
      boolean mayCompress,
      StringBuilder payloads,
      StringBuilder texts) {
    byte[] payload =
        mayCompress
            ? PackedFormat.encode(document, dictionary)
            : PackedFormat.assemble(
                PackedFormat.streams(JsonTape.read(document).orElseThrow(), dictionary),
                dictionary,
                false);
    payloads.append(HexFormat.of().formatHex(payload)).append('\n');
    texts.append(new String(document, UTF_8)).append('\n');
  }

  @Test
  @EnabledIf("hasPython")
  void theReaderReadsWhatTheWriterWrote()
      throws IOException, InterruptedException, UndecodableException {
    PackedDictionaryTrainer trainer = new PackedDictionaryTrainer();
    SampleDocuments.fast().forEach(trainer::add);
    SampleDocuments.standard().forEach(trainer::add);
    byte[] bytes = trainer.train();
    byte[] mirrored = new byte[1 + bytes.length];
    mirrored[0] = 4;
    System.arraycopy(bytes, 0, mirrored, 1, bytes.length);
    long number = StoredDictionary.read(mirrored).number();
    Path file = Files.write(directory.resolve("dictionary"), mirrored);
    boolean mayCompress = pythonHasZstd();
    StringBuilder payloads = new StringBuilder();
    StringBuilder texts = new StringBuilder();
    try (PackedDictionary dictionary = PackedDictionary.read(number, bytes)) {
      for (byte[] document : documents()) {
        add(document, null, mayCompress, payloads, texts);
        add(document, dictionary, mayCompress, payloads, texts);
      }
    }
    Path in = Files.writeString(directory.resolve("payloads"), payloads);
    Path out = directory.resolve("texts");

    int exitCode = run(in, out, "python3", READER, file.toString());

    assertThat(exitCode).as(Files.readString(directory.resolve("errors"))).isZero();
    assertThat(Files.readString(out)).isEqualTo(texts.toString());
  }
}
