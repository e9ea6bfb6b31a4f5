package dev.freshet.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much memory a process has in use, as Linux tells it. */
record ProcessMemory(OptionalLong nowMiB, OptionalLong peakMiB) {
  private static final Pattern NOW = Pattern.compile("^VmRSS:\\s+(\\d+) kB$", Pattern.MULTILINE);
  private static final Pattern PEAK = Pattern.compile("^VmHWM:\\s+(\\d+) kB$", Pattern.MULTILINE);

  /** Of a process that runs; both are empty where there is no {@code /proc}. */
  static ProcessMemory of(long pid) {
    try {
      return parse(Files.readString(Path.of("/proc/" + pid + "/status")));
    } catch (IOException e) {
      return new ProcessMemory(OptionalLong.empty(), OptionalLong.empty()); // not on Linux
    }
  }

  static ProcessMemory parse(String status) {
    return new ProcessMemory(found(NOW, status), found(PEAK, status));
  }

  private static OptionalLong found(Pattern pattern, String status) {
    Matcher line = pattern.matcher(status);
    return line.find()
        ? OptionalLong.of(Long.parseLong(line.group(1)) / 1_024)
        : OptionalLong.empty();
  }
}
