package dev.freshet.codec;

import dev.freshet.codec.packed.Document;
import dev.freshet.codec.packed.PackedDictionary;
import dev.freshet.codec.packed.PackedDictionaryTrainer;
import dev.freshet.codec.packed.PackedFormat;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Writes a document as typed binary; what is read back is its JSON without white space. */
final class PackedCodec implements TrainedCodec {

  @Override
  public String name() {
    return "packed";
  }

  @Override
  public byte id() {
    return 4;
  }

  @Override
  public byte[] encode(byte[] json, Dictionaries dictionaries) {
    return PackedFormat.encode(json, dictionaries.newest(PackedDictionary.class).orElse(null));
  }

  @Override
  public byte[] decode(ByteBuffer payload, Dictionaries dictionaries) throws UndecodableException {
    return read(payload, dictionaries).json();
  }

  @Override
  public Document read(ByteBuffer payload, Dictionaries dictionaries) throws UndecodableException {
    return PackedFormat.decode(
        payload, number -> dictionaries.find(PackedDictionary.class, number));
  }

  @Override
  public Class<? extends Dictionary> dictionaryType() {
    return PackedDictionary.class;
  }

  @Override
  public Optional<StoredDictionary> train(List<byte[]> documents) {
    PackedDictionaryTrainer trainer = new PackedDictionaryTrainer();
    documents.forEach(trainer::add);
    return trainer.samples() == 0
        ? Optional.empty()
        : Optional.of(StoredDictionary.of(id(), trainer.train()));
  }

  @Override
  public Dictionary prepare(StoredDictionary dictionary) throws UndecodableException {
    return PackedDictionary.read(dictionary.number(), dictionary.content());
  }
}
