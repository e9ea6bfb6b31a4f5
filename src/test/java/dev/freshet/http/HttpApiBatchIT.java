package dev.freshet.http;

import static dev.freshet.http.Replies.JSON;
import static dev.freshet.http.Replies.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.loading.LoadFailedException;
import dev.freshet.loading.LoadFailedException.Kind;
import dev.freshet.loading.SampleFeatures;
import dev.freshet.servers.ExpectedLog;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads of many entities at once. */
@ExpectedLog("failed unexpectedly; the client got the id")
final class HttpApiBatchIT {
  private static final String BATCH = "/v1/views/things/features:batch";

  private final MemoryPorts ports = new MemoryPorts();
  private final HttpApi api =
      new HttpApi(new HttpListen("127.0.0.1", 0), ports, ports, ports, ports);
  private ApiClient client = new ApiClient(0);

  @BeforeEach
  void start() {
    client = new ApiClient(api.start());
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void aBatchRepliesForEachKeyByItself() throws JsonProcessingException {
    ports.put("1", "{\"n\": 1.50}");
    ports.put("😀\"", SampleFeatures.documentThatMayBeBehind("😀\"", "[]"));
    ports.fail("bad", new LoadFailedException(Kind.QUERY_FAILED, "secret", null));
    HttpResponse<String> reply =
        client.post(BATCH, "{\"keys\": [\"1\", \"2\", \"😀\\\"\", \"a:b\", \"bad\", \"1\"]}");

    assertThat(reply.statusCode()).isEqualTo(200);
    assertThat(reply.body())
        .startsWith("{\"features\":{\"1\":{\"source\":\"redis\",\"document\":{\"n\": 1.50}},")
        .contains("\"2\":{\"source\":\"postgres\",\"absent\":true}")
        .contains("\"😀\\\"\":{\"source\":\"redis\",\"behind\":true,\"document\":[]}")
        .doesNotContain("secret");
    JsonNode features = JSON.readTree(reply.body()).get("features");
    assertThat(features).hasSize(5);
    assertThat(features.at("/a:b/error/type").textValue()).endsWith("malformed-key");
    assertThat(features.at("/bad/error/status").intValue()).isEqualTo(503);
  }

  @Test
  void whatNobodyExpectedHasOneIdForTheWholeBatch() throws JsonProcessingException {
    ports.fail("1", new IllegalStateException("the secret"));
    ports.fail("2", new IllegalStateException("the secret"));

    HttpResponse<String> reply = client.post(BATCH, "{\"keys\": [\"1\", \"2\"]}");

    assertThat(reply.body()).doesNotContain("the secret");
    JsonNode features = JSON.readTree(reply.body()).get("features");
    assertThat(features.at("/1/error/id").textValue())
        .hasSize(36)
        .isEqualTo(features.at("/2/error/id").textValue());
  }

  @Test
  void aBatchOfTheMostKeysWithLargeDocumentsArrivesWhole() throws JsonProcessingException {
    String large = "\"" + "x".repeat(20_000) + "\"";
    List<String> keys = IntStream.range(0, BatchRequest.KEYS_MAX).mapToObj(i -> "k" + i).toList();
    keys.forEach(key -> ports.put(key, large));

    HttpResponse<String> reply = client.post(BATCH, batchOf(keys.stream()));

    JsonNode features = JSON.readTree(reply.body()).get("features");
    assertThat(features).hasSize(BatchRequest.KEYS_MAX);
    assertThat(features).allSatisfy(f -> assertThat(f.get("document").textValue()).hasSize(20_000));
  }

  @Test
  void aBatchOfAnotherFormIsRefused() {
    List<String> bodies =
        List.of(
            "",
            "null",
            "[]",
            "{",
            "{}",
            "{\"keys\": []}",
            "{\"keys\": \"1\"}",
            "{\"keys\": [1]}",
            "{\"keys\": [null]}",
            "{\"keys\": [\"1\"], \"key\": 1}",
            "{\"keys\": [\"1\"]} x",
            "{\"keys\": [\"1\"], \"keys\": [\"2\"]}",
            "{\"keys\": [\"\\ud83d\"]}",
            batchOf(IntStream.rangeClosed(0, BatchRequest.KEYS_MAX).mapToObj(String::valueOf)));
    for (String body : bodies) {
      JsonNode problem = assertProblem(client.post(BATCH, body), 400, "malformed-body");
      assertThat(problem.get("detail").textValue()).startsWith("the body is {\"keys\"");
    }
  }

  private static String batchOf(Stream<String> keys) {
    return keys.collect(Collectors.joining("\",\"", "{\"keys\":[\"", "\"]}"));
  }
}
