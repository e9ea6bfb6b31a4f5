package dev.freshet.functional;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Thousands of requests at once, each on a connection of its own that ends with its answer. For use
 * by one thread.
 */
final class Requests implements AutoCloseable {
  private static final Duration ANSWER_DEADLINE = Duration.ofSeconds(60);
  private static final int SELECT_MS = 20;
  private static final int BUFFER_BYTES = 1 << 16;

  /** A connection that has not ended. */
  private record Open(int keys, StringBuilder answer) {}

  private final InetSocketAddress address;
  private final Selector selector;
  private final List<SocketChannel> channels = new ArrayList<>();
  private final List<String> answers = new ArrayList<>();
  private int keysAnswered;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);

  Requests(int port) throws IOException {
    this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    this.selector = Selector.open();
  }

  /**
   * Sends a request, whole, and does not wait for its answer.
   *
   * @param request nothing to open a connection only
   * @param keys how many keys it asks for
   */
  void send(String request, int keys) throws IOException {
    SocketChannel channel = SocketChannel.open(address);
    channels.add(channel);
    ByteBuffer bytes = StandardCharsets.US_ASCII.encode(request);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ, new Open(keys, new StringBuilder()));
  }

  /** Waits until requests for so many keys were answered. */
  void awaitAnswered(int keys) throws IOException {
    long end = System.nanoTime() + ANSWER_DEADLINE.toNanos();
    while (keysAnswered < keys) {
      if (System.nanoTime() > end) {
        throw new AssertionError("%d keys were answered, not %d".formatted(keysAnswered, keys));
      }
      read();
    }
  }

  /** Reads what there is, or waits a little for more. */
  void read() throws IOException {
    selector.select(this::read, SELECT_MS);
  }

  private void read(SelectionKey key) {
    SocketChannel channel = (SocketChannel) key.channel();
    Open open = (Open) key.attachment();
    try {
      int length = channel.read(buffer.clear());
      if (length < 0) {
        answers.add(open.answer().toString());
        keysAnswered += open.keys();
        channel.close();
      } else {
        open.answer().append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** For how many keys the connections asked that have ended. */
  int keysAnswered() {
    return keysAnswered;
  }

  /** What came before the end of each connection that has ended. */
  List<String> answers() {
    return List.copyOf(answers);
  }

  /** How often a text is in all answers together. */
  long count(String text) {
    Pattern pattern = Pattern.compile(text, Pattern.LITERAL);
    return answers.stream().mapToLong(answer -> pattern.matcher(answer).results().count()).sum();
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel channel : channels) {
      channel.close();
    }
    selector.close();
  }
}
