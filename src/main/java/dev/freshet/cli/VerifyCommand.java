package dev.freshet.cli;

import dev.freshet.cli.bench.Progress;
import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.CacheVerification;
import dev.freshet.daemon.CacheVerification.Outcome;
import dev.freshet.loading.CacheComparison.Doubt;
import dev.freshet.view.FeatureView;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code freshet verify}. */
@Command(
    name = "verify",
    description =
        "Compares what Redis holds of a view with what its load query returns, all of it or a sample, and lists the keys that are stale: those that still differ, unchanged, 2 s later. Ends with 1 if there is one, or if some could not be compared. Nothing is written without --repair.")
final class VerifyCommand implements Callable<Integer> {
  /** What differs for so long is no longer called in flight. */
  private static final Duration SETTLES_AFTER = Duration.ofSeconds(2);

  /** Of more stale keys than these, JSON has only the number. */
  private static final int KEYS_IN_JSON_MAX = 1_000;

  @Mixin private ConfigOption config;

  @Parameters(index = "0", paramLabel = "VIEW", description = "The view's name.")
  private String view;

  @Option(
      names = "--sample",
      paramLabel = "N",
      description = "Compare N keys drawn at random (default: every cached key).")
  private @Nullable Integer sample;

  @Option(
      names = "--repair",
      description = "Evict what is stale, through the change log, as freshet evict does.")
  private boolean isRepair;

  @Option(names = "--json", description = "Print JSON.")
  private boolean isJson;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    if (sample != null && sample < 1) {
      throw Main.usage(spec, "--sample is at least 1");
    }
    FreshetConfig loaded = config.load();
    FeatureView known = ConfigOption.view(loaded, view);
    PrintWriter out = spec.commandLine().getOut();
    Progress progress = Progress.on(spec.commandLine().getErr());
    List<String> staleKeys = new ArrayList<>();
    Outcome outcome;
    try {
      outcome =
          CacheVerification.run(
              loaded,
              known,
              new CacheVerification.Options(sample, SETTLES_AFTER, isRepair),
              (part, tally) -> progress.show(bar(part, tally.compared(), tally.stale())),
              stale -> {
                progress.clear();
                stale.forEach(
                    doubt -> {
                      if (!isJson) {
                        print(out, doubt);
                      }
                      if (staleKeys.size() < KEYS_IN_JSON_MAX) {
                        staleKeys.add(doubt.key().text());
                      }
                    });
              });
    } finally {
      progress.clear();
    }
    if (isJson) {
      Json.print(out, asJson(outcome, staleKeys));
    } else {
      print(out, outcome);
    }
    return outcome.isGood() ? ExitCode.DONE : ExitCode.NOT_FOUND;
  }

  private static String bar(double part, long compared, long stale) {
    int done = (int) Math.round(part * 30);
    return "[%s%s] %3.0f %%  %,d compared, %,d stale"
        .formatted("#".repeat(done), "-".repeat(30 - done), part * 100, compared, stale);
  }

  private static void print(PrintWriter out, Doubt stale) {
    out.printf(
        "stale  %s  (loaded %s)%n", stale.key(), Instant.ofEpochSecond(stale.loadedAtSeconds()));
    out.flush();
  }

  private void print(PrintWriter out, Outcome outcome) {
    var tally = outcome.tally();
    if (!outcome.hasChain()) {
      out.println(
          "Redis has no whole chain for this view: all that it holds is a miss; start the daemon");
    } else if (!outcome.isFresh()) {
      out.println(
          "no daemon has confirmed in the last 2 s that Redis is up to date: what is stale may be evicted when one is back");
    }
    out.printf(
        "compared %,d keys of %s: %,d stale, %,d changed while being compared%n",
        tally.compared(), view, tally.stale(), tally.inFlight());
    if (tally.failed() > 0) {
      out.printf("not compared: %,d keys; the first: %s%n", tally.failed(), tally.firstFailure());
    }
    if (outcome.repaired() > 0) {
      out.printf("logged the eviction of %,d stale keys%n", outcome.repaired());
    }
  }

  private Map<String, Object> asJson(Outcome outcome, List<String> staleKeys) {
    var tally = outcome.tally();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("view", view);
    json.put("good", outcome.isGood());
    json.put("fresh", outcome.isFresh());
    json.put("compared", tally.compared());
    json.put("stale", tally.stale());
    json.put("staleKeys", staleKeys);
    json.put("inFlight", tally.inFlight());
    json.put("failed", tally.failed());
    json.put("firstFailure", tally.firstFailure());
    json.put("repaired", outcome.repaired());
    return json;
  }
}
