package dev.freshet.cli;

import dev.freshet.config.ConfigFiles;
import dev.freshet.config.FreshetConfig;
import dev.freshet.loading.UnknownViewException;
import dev.freshet.view.FeatureView;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that names the configuration. */
final class ConfigOption {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration (default: ./freshet.yaml, then /etc/freshet/freshet.yaml).")
  private @Nullable Path file;

  /**
   * Reads the configuration.
   *
   * @throws dev.freshet.config.ConfigException with all that is wrong
   */
  FreshetConfig load() {
    return FreshetConfig.load(ConfigFiles.find(file), System::getenv);
  }

  /** A view of a configuration by its name. */
  static FeatureView view(FreshetConfig config, String name) {
    return config.views().stream()
        .filter(view -> view.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UnknownViewException(
                    name, config.views().stream().map(FeatureView::name).toList()));
  }
}
