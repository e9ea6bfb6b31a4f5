package dev.freshet.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE_NEW;

import dev.freshet.change.History;
import dev.freshet.change.Link;
import dev.freshet.codec.packed.Document;
import dev.freshet.codec.packed.PackedDictionary;
import dev.freshet.codec.packed.PackedSeeds;
import dev.freshet.codec.packed.SampleDocuments;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * What decodes bytes that come from Redis, for a fuzzer. The first byte says which decoder gets the
 * others. Each returns something, which is then used, or throws {@link UndecodableException}.
 */
public final class FuzzedDecoders {
  private static final List<byte[]> SAMPLES = SampleDocuments.fast();
  private static final Dictionaries PACKED = trained("packed");
  private static final Dictionaries ZSTD = trained("zstd");

  private FuzzedDecoders() {}

  /** The decoders; a seed begins with the place in the list. */
  private enum Decoder {
    PACKED_PLAIN {
      @Override
      void decode(byte[] input) throws UndecodableException {
        use(codec("packed").read(ByteBuffer.wrap(input), Dictionaries.NONE));
      }
    },
    PACKED_WITH_DICTIONARY {
      @Override
      void decode(byte[] input) throws UndecodableException {
        use(codec("packed").read(ByteBuffer.wrap(input), PACKED));
      }
    },
    PACKED_DICTIONARY {
      @Override
      void decode(byte[] input) throws UndecodableException {
        try (PackedDictionary dictionary = PackedDictionary.read(1 << 20, input)) {
          byte[] document = "{\"id\":1}".getBytes(UTF_8);
          use(
              codec("packed")
                  .read(
                      ByteBuffer.wrap(
                          codec("packed").encode(document, Dictionaries.of(dictionary))),
                      Dictionaries.of(dictionary)));
        }
      }
    },
    ZSTD_FRAME {
      @Override
      void decode(byte[] input) throws UndecodableException {
        use(codec("zstd").read(ByteBuffer.wrap(input), ZSTD));
      }
    },
    GZIP {
      @Override
      void decode(byte[] input) throws UndecodableException {
        use(codec("gzip").read(ByteBuffer.wrap(input), Dictionaries.NONE));
      }
    },
    JSON {
      @Override
      void decode(byte[] input) throws UndecodableException {
        use(codec("json").read(ByteBuffer.wrap(input), Dictionaries.NONE));
      }
    },
    RECORD {
      @Override
      void decode(byte[] input) throws UndecodableException {
        CacheRecord record = CacheRecord.read(input);
        if (record instanceof CacheRecord.Value value) {
          Codec codec =
              Codecs.withId(value.header().codec())
                  .orElseThrow(() -> new UndecodableException("a miss"));
          use(codec.read(value.payload(), PACKED));
        }
      }
    },
    STORED_DICTIONARY {
      @Override
      void decode(byte[] input) throws UndecodableException {
        StoredDictionary.read(input).prepare();
      }
    },
    ZSTD_DICTIONARY {
      @Override
      void decode(byte[] input) throws UndecodableException {
        if (input.length >= 2 * Integer.BYTES) {
          ZstdDictionary.numbered(input).prepare();
        }
      }
    },
    CHAIN {
      @Override
      void decode(byte[] input) {
        String text = new String(input, UTF_8);
        ignoringIllegalArguments(() -> Link.parse(text));
        ignoringIllegalArguments(() -> History.parse(text));
      }
    };

    abstract void decode(byte[] input) throws UndecodableException;

    private static final List<Decoder> ALL = List.of(values());
  }

  /** Called by the fuzzer. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) {
      return;
    }
    Decoder decoder = Decoder.ALL.get((input[0] & 0xFF) % Decoder.ALL.size());
    try {
      decoder.decode(Arrays.copyOfRange(input, 1, input.length));
    } catch (UndecodableException e) {
      // A miss.
    }
  }

  private static Codec codec(String name) {
    return Codecs.named(name).orElseThrow();
  }

  private static void use(Document document) {
    byte[] json = document.json();
    if (json.length > Codec.DOCUMENT_BYTES_MAX) {
      throw new AssertionError("a document has " + json.length + " bytes");
    }
    for (String path : List.of("", "a", "id", "[0]", "a[1].b", "features.orb.keypoints.angle")) {
      try {
        if (document.find(path).isPresent()) {
          byte[] unused = document.at(path).json();
          double[] unusedNumbers = document.doubles(path);
        }
      } catch (NoSuchElementException | IllegalStateException e) {
        // Something else is there.
      }
    }
  }

  private static void ignoringIllegalArguments(Runnable parser) {
    try {
      parser.run();
    } catch (IllegalArgumentException e) {
      // What it says of texts that are none.
    }
  }

  private static Dictionaries trained(String name) {
    try {
      return Dictionaries.of(((TrainedCodec) codec(name)).train(SAMPLES).orElseThrow().prepare());
    } catch (UndecodableException e) {
      throw new AssertionError(e);
    }
  }

  /** Inputs that decoders understand, so that a fuzzer need not find them by chance. */
  static List<byte[]> seeds() {
    List<byte[]> documents = new ArrayList<>(SAMPLES.subList(0, 3));
    for (String json :
        List.of(
            "[1,2.5,[true,null],{\"a\":[0,1,1,0],\"b\":\"text\"}]",
            "[{\"a\":1,\"b\":[0.5,1e-7]},{\"a\":2,\"b\":[0.25,3]}]",
            "[[1,200,3,4,5,6,7,8],[1,201,3,4,5,6,7,9]]",
            "{\"id\":\"bf9dc42e-faa8-4609-9cb1-46a90d28c030\",\"n\":12345678901234567890123}")) {
      documents.add(json.getBytes(UTF_8));
    }
    List<byte[]> seeds = new ArrayList<>();
    PackedSeeds.payloads(null).forEach(payload -> seeds.add(seed(Decoder.PACKED_PLAIN, payload)));
    PackedSeeds.payloads(PACKED.newest(PackedDictionary.class).orElseThrow())
        .forEach(payload -> seeds.add(seed(Decoder.PACKED_WITH_DICTIONARY, payload)));
    for (byte[] document : documents) {
      seeds.add(seed(Decoder.PACKED_PLAIN, codec("packed").encode(document)));
      seeds.add(seed(Decoder.PACKED_WITH_DICTIONARY, codec("packed").encode(document, PACKED)));
      seeds.add(seed(Decoder.ZSTD_FRAME, codec("zstd").encode(document)));
      seeds.add(seed(Decoder.ZSTD_FRAME, codec("zstd").encode(document, ZSTD)));
      seeds.add(seed(Decoder.GZIP, codec("gzip").encode(document)));
      seeds.add(seed(Decoder.JSON, document));
      byte[] record = new byte[CacheRecord.HEADER_BYTES + document.length];
      record[0] = CacheRecord.VALUE;
      record[1] = 1;
      System.arraycopy(document, 0, record, CacheRecord.HEADER_BYTES, document.length);
      seeds.add(seed(Decoder.RECORD, record));
    }
    for (TrainedCodec codec : Codecs.trained()) {
      StoredDictionary dictionary = codec.train(SAMPLES.subList(0, 20)).orElseThrow();
      seeds.add(seed(Decoder.STORED_DICTIONARY, dictionary.bytes()));
      seeds.add(
          seed(
              codec.name().equals("zstd") ? Decoder.ZSTD_DICTIONARY : Decoder.PACKED_DICTIONARY,
              dictionary.content()));
    }
    seeds.add(seed(Decoder.CHAIN, "applied 751:753:752 7e2106e78a35cd51 0".getBytes(UTF_8)));
    seeds.add(seed(Decoder.CHAIN, "7710216532265618041 1 shop".getBytes(UTF_8)));
    return seeds;
  }

  private static byte[] seed(Decoder decoder, byte[] input) {
    byte[] seed = new byte[1 + input.length];
    seed[0] = (byte) Decoder.ALL.indexOf(decoder);
    System.arraycopy(input, 0, seed, 1, input.length);
    return seed;
  }

  /** Writes the seeds into a directory, a file each. */
  static void writeSeeds(Path directory) throws IOException {
    int i = 0;
    for (byte[] seed : seeds()) {
      Files.write(directory.resolve("seed-" + i++), seed, CREATE_NEW);
    }
  }
}
