package dev.freshet.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;

/** What tests look at in replies. */
final class Replies {
  static final ObjectMapper JSON = new ObjectMapper();

  private Replies() {}

  static String header(HttpResponse<String> reply, String name) {
    return reply.headers().firstValue(name).orElse("(none)");
  }

  /** Checks that a reply is a problem document of a type; returns it. */
  static JsonNode assertProblem(HttpResponse<String> reply, int status, String type) {
    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(status);
    assertThat(header(reply, "Content-Type")).isEqualTo("application/problem+json");
    try {
      JsonNode problem = JSON.readTree(reply.body());
      assertThat(problem.get("type").textValue()).isEqualTo("urn:freshet:problem:" + type);
      assertThat(problem.get("status").intValue()).isEqualTo(status);
      assertThat(problem.get("title").textValue()).isNotEmpty();
      assertThat(problem.get("detail").textValue()).isNotEmpty();
      assertThat(problem.get("instance").textValue()).startsWith("/");
      return problem;
    } catch (JsonProcessingException e) {
      throw new AssertionError(reply.body(), e);
    }
  }
}
