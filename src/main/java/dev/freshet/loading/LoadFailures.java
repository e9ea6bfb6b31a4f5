package dev.freshet.loading;

import dev.freshet.lifecycle.OncePerInterval;
import dev.freshet.view.FeatureView;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what fails on the read path, and logs each kind once in a while. */
final class LoadFailures {
  private static final Logger log = LoggerFactory.getLogger("freshet.loading");

  private static final Duration WARNING_INTERVAL = Duration.ofSeconds(10);

  private final LoadListener listener;
  private final OncePerInterval warnings;

  LoadFailures(LoadListener listener, LongSupplier nanoTime) {
    this.listener = listener;
    this.warnings = new OncePerInterval(WARNING_INTERVAL, nanoTime);
  }

  /** A load failed. */
  void tell(FeatureView view, RuntimeException why) {
    String kind =
        why instanceof LoadFailedException failure
            ? failure.kind().name().toLowerCase(Locale.ROOT)
            : "malformed_key";
    listener.failed(view.name(), kind);
    if (why instanceof LoadFailedException && warnings.isDue(view.name() + " " + kind)) {
      log.warn("load failed kind={}: {}", kind, why.getMessage());
    }
  }

  /** The view's codec could not write a document. */
  void tellUnwritable(FeatureView view, Throwable why) {
    listener.failed(view.name(), "encode");
    if (warnings.isDue(view.name() + " encode")) {
      log.warn("view {}: the codec {} failed", view.name(), view.codec(), why);
    }
  }
}
