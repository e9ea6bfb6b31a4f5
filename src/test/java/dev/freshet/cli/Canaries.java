package dev.freshet.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * Secrets that are nowhere but where they were planted. Each begins and ends with letters that stay
 * as they are however a text is escaped, so that a secret that was cut in the middle is found too.
 */
final class Canaries {
  private static final String SPECIALS = " :/?#[]@!$&'()*+,;=%25\"\\`{}<>|^~${HOME}";

  /** The environment of Freshet's process: the names that the configuration uses, and secrets. */
  static final Map<String, String> ENVIRONMENT =
      Map.of(
          "CANARY_POSTGRES", canary("pgCanaryHead7Qx", "pgCanaryTail9Zk"),
          "CANARY_REDIS", canary("rdCanaryHead4Wv", "rdCanaryTail2Mj"),
          "CANARY_WRONG", canary("wrCanaryHead8Ty", "wrCanaryTail1Hn"),
          "CANARY_UNUSED", canary("unCanaryHead3Lp", "unCanaryTail6Bd"));

  private static final List<String> ENDS =
      ENVIRONMENT.values().stream()
          .flatMap(
              secret ->
                  List.of(secret.substring(0, 15), secret.substring(secret.length() - 15)).stream())
          .toList();

  private Canaries() {}

  private static String canary(String head, String tail) {
    return head + SPECIALS + tail;
  }

  /** As a password in a URL. */
  static String percentEncoded(String secret) {
    return URLEncoder.encode(secret, UTF_8).replace("+", "%20");
  }

  /** What of a secret is in a text: plain, percent-encoded, or in Base64. */
  static List<String> in(String text) {
    StringBuilder all = new StringBuilder(text);
    for (String word : text.split("[^A-Za-z0-9+/=_-]+", -1)) {
      if (word.length() >= 16) {
        all.append('\n').append(decoded(word));
      }
    }
    String searched = all.toString();
    return ENDS.stream().filter(searched::contains).toList();
  }

  private static String decoded(String word) {
    try {
      return new String(
          Base64.getDecoder().decode(word.replace('-', '+').replace('_', '/')), ISO_8859_1);
    } catch (IllegalArgumentException e) {
      return ""; // it is no Base64
    }
  }
}
