package dev.freshet.cli;

import com.fasterxml.jackson.databind.util.RawValue;
import dev.freshet.config.FreshetConfig;
import dev.freshet.daemon.EmbeddedLoader;
import dev.freshet.loading.Feature;
import dev.freshet.loading.LoadListener;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code freshet get}. */
@Command(
    name = "get",
    description =
        "Reads features through the cache, as the loader does, and prints their documents. Ends with 1 if one of them is absent.")
final class GetCommand implements Callable<Integer> {
  @Mixin private ConfigOption config;

  @Parameters(index = "0", paramLabel = "VIEW", description = "The view's name.")
  private String view;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "KEY",
      description =
          "Entity keys; values are joined by `:`, and `:` or `\\` in a value is preceded by `\\`.")
  private List<String> keys;

  @Option(names = "--json", description = "Print JSON with each key's source.")
  private boolean isJson;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    FreshetConfig loaded = config.load();
    ConfigOption.view(loaded, view);
    Map<String, Feature> features;
    try (EmbeddedLoader freshet = EmbeddedLoader.open(loaded, LoadListener.NONE)) {
      features = freshet.loader().getAll(view, keys);
    }
    if (isJson) {
      Json.print(spec.commandLine().getOut(), asJson(features.values()));
    } else {
      features.values().forEach(this::print);
    }
    return features.values().stream().anyMatch(Feature::isAbsent)
        ? ExitCode.NOT_FOUND
        : ExitCode.DONE;
  }

  private void print(Feature feature) {
    PrintWriter err = spec.commandLine().getErr();
    err.printf(
        "%s from %s%s%s%n",
        feature.key(),
        feature.source(),
        feature.isAbsent() ? ": absent" : "",
        feature.mayBeBehind() ? " (may be behind: the daemon has not confirmed it)" : "");
    err.flush();
    feature.json().ifPresent(spec.commandLine().getOut()::println);
    spec.commandLine().getOut().flush();
  }

  private static List<Map<String, Object>> asJson(Iterable<Feature> features) {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Feature feature : features) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("key", feature.key());
      one.put("source", feature.source().toString());
      one.put("behind", feature.mayBeBehind());
      one.put("absent", feature.isAbsent());
      feature.json().ifPresent(json -> one.put("document", new RawValue(json)));
      all.add(one);
    }
    return all;
  }
}
