package dev.freshet.codec;

import java.util.List;
import java.util.Optional;

/** A codec that can use dictionaries. It works without one too. */
public interface TrainedCodec extends Codec {
  /** A dictionary of more bytes is refused. */
  int DICTIONARY_BYTES_MAX = 1 << 20;

  /** The class of this codec's dictionaries. */
  Class<? extends Dictionary> dictionaryType();

  /**
   * Makes a dictionary of what some documents have in common.
   *
   * @param documents JSON in UTF-8, like those that will be written with it
   * @return empty if they are too few, or have too little in common
   */
  Optional<StoredDictionary> train(List<byte[]> documents);

  /**
   * Prepares a dictionary for use.
   *
   * @param dictionary of this codec
   * @throws UndecodableException if its bytes are no dictionary of this codec
   */
  Dictionary prepare(StoredDictionary dictionary) throws UndecodableException;
}
