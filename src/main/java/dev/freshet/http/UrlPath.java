package dev.freshet.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the path of a request as it was sent: split at each {@code /} first, then each segment
 * decoded. Nothing is normalised, so that every text can be a segment: {@code %2F}, {@code ..}, the
 * empty text, a {@code +}.
 */
final class UrlPath {
  private UrlPath() {}

  /**
   * The segments of a path.
   *
   * @param path begins with {@code /}; each character stands for one byte, as in a request line
   * @throws ProblemException if a segment is not percent-encoded UTF-8
   */
  static List<String> segments(String path) {
    if (!path.startsWith("/")) {
      throw new ProblemException(
          ProblemType.UNKNOWN_PATH, "a path begins with `/`; GET / lists what is served");
    }
    List<String> segments = new ArrayList<>(6);
    for (String segment : path.substring(1).split("/", -1)) {
      segments.add(decoded(segment));
    }
    return segments;
  }

  private static String decoded(String segment) {
    ByteBuffer bytes = ByteBuffer.allocate(segment.length());
    for (int i = 0; i < segment.length(); i++) {
      char c = segment.charAt(i);
      if (c == '%') {
        int high = i + 2 < segment.length() ? Character.digit(segment.charAt(i + 1), 16) : -1;
        int low = i + 2 < segment.length() ? Character.digit(segment.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          throw malformed(segment, "a `%` is not followed by two hexadecimal digits");
        }
        bytes.put((byte) (high << 4 | low));
        i += 2;
      } else if (c > 0xFF) {
        throw malformed(segment, "it holds a character that is no byte");
      } else {
        bytes.put((byte) c);
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      throw malformed(segment, "its bytes are not UTF-8");
    }
  }

  private static ProblemException malformed(String segment, String why) {
    return new ProblemException(
        ProblemType.MALFORMED_PATH,
        "the path segment `%s` cannot be decoded: %s".formatted(segment, why));
  }
}
