package dev.freshet.codec.times;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs {@link CodecTimes}: JMH's log and then a table on standard output, and all figures as JSON
 * in a file.
 */
final class CodecTimesMain {
  private static final String USAGE =
      "usage: -Dcodec.documents=DIRECTORY -Dcodec.include=REGEX -Dcodec.profiler=NAME -Dcodec.forks=N, all optional";

  private CodecTimesMain() {}

  /**
   * Measures, and writes the report.
   *
   * @param args the file to write
   */
  public static void main(String[] args) throws RunnerException, IOException {
    if (args.length != 1) {
      throw new IllegalArgumentException(USAGE);
    }
    List<String> datasets = TimedDocuments.availableOf(CodecTimesReport.DATASETS);
    Map<String, Object> environment = environment();
    environment.put("loadAverageBefore", loadAverage());
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(CodecTimes.class.getName() + "\\." + System.getProperty("codec.include", ".*"))
            .param("dataset", datasets.toArray(String[]::new))
            .jvmArgsAppend(
                "-D"
                    + TimedDocuments.DIRECTORY
                    + "="
                    + System.getProperty(TimedDocuments.DIRECTORY, ""))
            .forks(Integer.getInteger("codec.forks", 1))
            .warmupIterations(8)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(5)
            .measurementTime(TimeValue.seconds(1));
    String profiler = System.getProperty("codec.profiler", "");
    if (!profiler.isEmpty()) {
      options.addProfiler(profiler);
    }
    CodecTimesReport report = new CodecTimesReport(figures(new Runner(options.build()).run()));
    environment.put("loadAverageAfter", loadAverage());
    Map<String, Object> map = report.toMap();
    map.put("environment", environment);
    Files.writeString(
        Path.of(args[0]),
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(map));
    System.out.println(report.table());
  }

  private static List<CodecTimesReport.Figure> figures(Iterable<RunResult> results) {
    List<CodecTimesReport.Figure> figures = new ArrayList<>();
    for (RunResult result : results) {
      String name = result.getParams().getBenchmark();
      figures.add(
          new CodecTimesReport.Figure(
              result.getParams().getParam("dataset"),
              name.substring(name.lastIndexOf('.') + 1),
              result.getPrimaryResult().getScore(),
              result.getPrimaryResult().getScoreError()));
    }
    return figures;
  }

  private static Map<String, Object> environment() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("cores", Runtime.getRuntime().availableProcessors());
    facts.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    facts.put("java", Runtime.version().toString());
    return facts;
  }

  private static double loadAverage() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }
}
