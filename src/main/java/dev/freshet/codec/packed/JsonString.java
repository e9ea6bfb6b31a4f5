package dev.freshet.codec.packed;

import static java.nio.charset.StandardCharsets.UTF_8;

/** What stands between the quotes of a JSON string. */
final class JsonString {
  private JsonString() {}

  /** The text that it stands for. An escape that is none is taken as it stands. */
  static String unescaped(byte[] token) {
    String text = new String(token, UTF_8);
    int at = text.indexOf('\\');
    if (at < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int from = 0;
    for (; at >= 0 && at + 1 < text.length(); at = text.indexOf('\\', from)) {
      out.append(text, from, at);
      char escaped = text.charAt(at + 1);
      if (escaped == 'u' && at + 6 <= text.length() && isHex(text, at + 2)) {
        out.append((char) Integer.parseInt(text, at + 2, at + 6, 16));
        from = at + 6;
      } else {
        int letter = "bfnrt".indexOf(escaped);
        out.append(letter < 0 ? escaped : "\b\f\n\r\t".charAt(letter));
        from = at + 2;
      }
    }
    return out.append(text, from, text.length()).toString();
  }

  private static boolean isHex(String text, int from) {
    return text.substring(from, from + 4).chars().allMatch(c -> Character.digit(c, 16) >= 0);
  }
}
