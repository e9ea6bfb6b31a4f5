package dev.freshet.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which endpoint answers which method and path. */
final class Routes {
  private static final String OPEN = "{}";

  private record Route(List<String> pattern, Map<String, Endpoint> endpoints) {

    boolean matches(List<String> segments) {
      if (segments.size() != pattern.size()) {
        return false;
      }
      for (int i = 0; i < segments.size(); i++) {
        if (!pattern.get(i).equals(OPEN) && !pattern.get(i).equals(segments.get(i))) {
          return false;
        }
      }
      return true;
    }

    List<String> arguments(List<String> segments) {
      List<String> arguments = new ArrayList<>(2);
      for (int i = 0; i < segments.size(); i++) {
        if (pattern.get(i).equals(OPEN)) {
          arguments.add(segments.get(i));
        }
      }
      return arguments;
    }
  }

  /**
   * What was found for a request.
   *
   * @param arguments the path's segments where the route has {@code {}}
   */
  record Match(Endpoint endpoint, List<String> arguments) {}

  private final Map<String, Route> routes = new LinkedHashMap<>();

  /**
   * Adds an endpoint; one for GET answers HEAD too.
   *
   * @param path with {@code {}} for each segment that is left open
   */
  Routes add(String method, String path, Endpoint endpoint) {
    routes
        .computeIfAbsent(
            path, p -> new Route(List.of(p.substring(1).split("/", -1)), new LinkedHashMap<>()))
        .endpoints()
        .put(method, endpoint);
    return this;
  }

  /**
   * Finds the endpoint for a request.
   *
   * @param path as it was sent
   * @throws ProblemException if there is none
   */
  Match match(String method, String path) {
    List<String> segments = UrlPath.segments(path);
    for (Route route : routes.values()) {
      if (route.matches(segments)) {
        Endpoint endpoint = route.endpoints().get(method.equals("HEAD") ? "GET" : method);
        if (endpoint == null) {
          throw notAllowed(method, route.endpoints().keySet());
        }
        return new Match(endpoint, route.arguments(segments));
      }
    }
    throw new ProblemException(
        ProblemType.UNKNOWN_PATH,
        "nothing is served here; GET / lists what is (in a key, write `/` as %2F)");
  }

  private static ProblemException notAllowed(String method, Set<String> methods) {
    Set<String> allowed = new LinkedHashSet<>(methods);
    if (allowed.contains("GET")) {
      allowed.add("HEAD");
    }
    String allow = String.join(", ", allowed);
    return new ProblemException(
        Problem.of(
                ProblemType.METHOD_NOT_ALLOWED,
                "this path takes %s, not %s".formatted(allow, method))
            .header("Allow", allow));
  }
}
