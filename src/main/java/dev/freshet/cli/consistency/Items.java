package dev.freshet.cli.consistency;

import dev.freshet.postgres.Session;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** The table whose rows are written and read, and the view of it. */
final class Items {
  /** The view's name. */
  static final String VIEW = "items";

  /** {@link #versionIn}: the document is not one of this view, or another key's. */
  static final long NONSENSE = -1;

  private static final String CACHE_KEY = "item:";
  private static final String VERSION = "\"version\":";

  private Items() {}

  /** Creates the table, with a row of version 1 for each key, and that of outcomes. */
  static void create(Session session, int keyCount) {
    session.run(
        """
        CREATE TABLE public.items (id integer PRIMARY KEY, version bigint NOT NULL);
        CREATE TABLE public.outcomes (tx bigint PRIMARY KEY, is_resolver boolean NOT NULL DEFAULT false);
        INSERT INTO public.items SELECT i, 1 FROM generate_series(1, %d) AS i
        """
            .formatted(keyCount));
  }

  /** The view's section of the configuration. */
  static String view(Variant variant) {
    return """
        views:
          items:
            key: "item:{id}"
            load: SELECT id, id AS item, version FROM public.items WHERE id = ANY(:id::integer[])
            watch:
              - table: public.items
            when-behind: %s
            on-change: %s
            codec: json
        """
        .formatted(Variant.text(variant.whenBehind()), Variant.text(variant.onChange()));
  }

  static String cacheKey(int key) {
    return CACHE_KEY + key;
  }

  /** All rows: the version of each key that has one. */
  static Map<Integer, Long> rows(Session session) {
    Map<Integer, Long> rows = new HashMap<>();
    for (String row : session.texts("SELECT id || ' ' || version FROM public.items")) {
      String[] parts = Objects.requireNonNull(row).split(" ", 2);
      rows.put(Integer.valueOf(parts[0]), Long.valueOf(parts[1]));
    }
    return rows;
  }

  /** The version in a document; {@link #NONSENSE} if it is not this key's. */
  static long versionIn(byte[] json, int key) {
    String text = new String(json, StandardCharsets.UTF_8);
    int version = text.indexOf(VERSION);
    if (version < 0 || !text.startsWith("{\"item\":" + key + ",")) {
      return NONSENSE;
    }
    long number = 0;
    int i = version + VERSION.length();
    for (; i < text.length() && Character.isDigit(text.charAt(i)); i++) {
      number = number * 10 + Character.digit(text.charAt(i), 10);
    }
    return i == text.length() - 1 && text.charAt(i) == '}' ? number : NONSENSE;
  }
}
