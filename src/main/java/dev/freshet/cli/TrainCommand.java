package dev.freshet.cli;

import dev.freshet.cli.bench.Progress;
import dev.freshet.codec.Codec;
import dev.freshet.codec.Codecs;
import dev.freshet.codec.packed.Rounding.Loss;
import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.DictionaryTraining;
import dev.freshet.daemon.DictionaryTraining.Outcome;
import dev.freshet.view.FeatureView;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code freshet train}. */
@Command(
    name = "train",
    description =
        "Trains a dictionary on documents of a view, drawn at random and loaded by its load query, measures it on those that it has not seen, and stores it: loaders write with it from then on, and read what was written with older ones. Ends with 1 if there are too few documents, or if it saves nothing.")
final class TrainCommand implements Callable<Integer> {
  @Mixin private ConfigOption config;

  @Parameters(index = "0", paramLabel = "VIEW", description = "The view's name.")
  private String view;

  @Option(
      names = "--sample",
      paramLabel = "N",
      description = "Draw N entities, 20 to 100000 (default: ${DEFAULT-VALUE}).")
  private int sample = DictionaryTraining.SAMPLE_DEFAULT;

  @Option(names = "--report", description = "Say what a dictionary would save, and store nothing.")
  private boolean isReport;

  @Option(names = "--json", description = "Print JSON.")
  private boolean isJson;

  @Spec private CommandSpec spec;

  private static final int SAMPLE_MAX = 100_000;

  @Override
  public Integer call() {
    if (sample < DictionaryTraining.DOCUMENTS_MIN || sample > SAMPLE_MAX) {
      throw Main.usage(
          spec, "--sample is %d to %d".formatted(DictionaryTraining.DOCUMENTS_MIN, SAMPLE_MAX));
    }
    FreshetConfig loaded = config.load();
    FeatureView known = ConfigOption.view(loaded, view);
    if (DictionaryTraining.codecOf(known).isEmpty()) {
      throw Main.usage(
          spec,
          "the codec of view %s is %s, which uses no dictionaries; those that do are %s"
              .formatted(
                  view,
                  known.codec(),
                  Codecs.trained().stream().map(Codec::name).collect(Collectors.joining(", "))));
    }
    PrintWriter out = spec.commandLine().getOut();
    Progress progress = Progress.on(spec.commandLine().getErr());
    Outcome outcome;
    try {
      outcome =
          DictionaryTraining.run(
              loaded,
              known,
              sample,
              !isReport,
              new DictionaryTraining.ProgressListener() {
                @Override
                public void loaded(double part) {
                  progress.show("loaded %3.0f %% of the sample".formatted(part * 100));
                }

                @Override
                public void measured(Outcome found) {
                  progress.clear();
                  if (!isJson) {
                    print(out, known, found);
                    out.flush();
                  }
                }
              });
    } finally {
      progress.clear();
    }
    if (isJson) {
      Json.print(out, asJson(known, outcome));
    } else {
      printEnd(out, outcome);
    }
    return ExitCode.DONE;
  }

  private void print(PrintWriter out, FeatureView known, Outcome outcome) {
    out.printf(
        "sampled %,d documents of %s; %,d measure, the others train%n",
        outcome.documents(), view, outcome.measured());
    if (!outcome.failures().isEmpty()) {
      out.printf(
          "not loaded: %,d documents; the first: %s%n",
          outcome.failures().size(), outcome.failures().get(0));
    }
    print(out, "JSON", outcome.jsonBytes(), outcome);
    print(out, known.codec(), outcome.withoutBytes(), outcome);
    print(out, known.codec() + " with dictionary", outcome.withBytes(), outcome);
    for (Loss loss : outcome.losses()) {
      out.printf(
          "precision: %s of %s: %,d numbers, largest error %.3g (largest number %.6g)%s%n",
          loss.field().type().name().toLowerCase(Locale.ROOT),
          loss.field().path(),
          loss.numbers(),
          loss.largestError(),
          loss.largest(),
          loss.kept() == 0 ? "" : "; %,d kept as they are".formatted(loss.kept()));
    }
    out.printf("dictionary: %,d bytes, number %d%n", outcome.dictionaryBytes(), outcome.number());
  }

  private static void printEnd(PrintWriter out, Outcome outcome) {
    if (outcome.isNew()) {
      out.printf(
          "stored as version %d; loaders write with it when a daemon has told them%n",
          outcome.version().orElseThrow());
    } else if (outcome.version().isPresent()) {
      out.printf("version %d is this very dictionary%n", outcome.version().get());
    } else {
      out.println("not stored (--report)");
    }
  }

  private static void print(PrintWriter out, String form, long bytes, Outcome outcome) {
    out.printf(
        "%-24s %,10.1f bytes a document %6.1f %% saved%n",
        form,
        (double) bytes / outcome.measured(),
        100 - 100.0 * bytes / Math.max(1, outcome.jsonBytes()));
  }

  private static Map<String, Object> asJson(Loss loss) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("field", loss.field().path());
    json.put("type", loss.field().type().name().toLowerCase(Locale.ROOT));
    json.put("numbers", loss.numbers());
    json.put("kept", loss.kept());
    json.put("largestError", loss.largestError());
    json.put("largest", loss.largest());
    return json;
  }

  private Map<String, Object> asJson(FeatureView known, Outcome outcome) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("view", view);
    json.put("codec", known.codec());
    json.put("documents", outcome.documents());
    json.put("failed", outcome.failures().size());
    json.put("measured", outcome.measured());
    json.put("jsonBytes", outcome.jsonBytes());
    json.put("bytesWithout", outcome.withoutBytes());
    json.put("bytesWith", outcome.withBytes());
    json.put("precision", outcome.losses().stream().map(TrainCommand::asJson).toList());
    json.put("dictionaryBytes", outcome.dictionaryBytes());
    json.put("number", outcome.number());
    json.put("stored", outcome.isNew());
    outcome.version().ifPresent(version -> json.put("version", version));
    return json;
  }
}
