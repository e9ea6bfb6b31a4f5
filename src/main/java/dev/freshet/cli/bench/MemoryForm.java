package dev.freshet.cli.bench;

import java.util.Locale;

/** How documents are kept in Redis. */
enum MemoryForm {
  /** As an application would by itself: SET key document PX ttl. */
  PLAIN('a', "json", false),
  JSON('b', "json", false),
  GZIP('c', "gzip", false),
  ZSTD('d', "zstd", false),
  ZSTD_DICTIONARY('e', "zstd", true),
  PACKED('f', "packed", false),
  PACKED_DICTIONARY('g', "packed", true);

  private static final String VIEW =
      """
        %s:
          key: "%s{id}"
          load: SELECT id, doc FROM public.documents WHERE id = ANY(:id::uuid[])
          watch:
            - table: public.documents
          codec: %s
      """;

  private final char mark;
  private final String codec;
  private final boolean hasDictionary;

  MemoryForm(char mark, String codec, boolean hasDictionary) {
    this.mark = mark;
    this.codec = codec;
    this.hasDictionary = hasDictionary;
  }

  /** The form as reports name it, which is also its view's name. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  boolean hasDictionary() {
    return hasDictionary;
  }

  /** What its cache keys begin with; as long as those of the other forms. */
  String keyPrefix() {
    return "img-%c:".formatted(mark);
  }

  /** The view's section of the configuration. */
  String view() {
    return VIEW.formatted(label(), keyPrefix(), codec);
  }
}
