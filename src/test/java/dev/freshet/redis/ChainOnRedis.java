package dev.freshet.redis;

import static dev.freshet.redis.Samples.NAMESPACE;

import io.lettuce.core.api.sync.RedisCommands;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A Redis for all tests of a class, emptied before each, and a chain on it. */
class ChainOnRedis {
  static RedisProcess redis;
  static RedisCommands<byte[], byte[]> operator;
  static RedisConnections connections;

  RedisChain chain;

  @BeforeAll
  static void startRedis() {
    redis = RedisProcess.start();
    operator = redis.operator();
    connections = Samples.connections(redis.url());
  }

  @AfterAll
  static void stopRedis() {
    connections.close();
    redis.close();
  }

  @BeforeEach
  void openChain() {
    operator.flushall();
    chain = new RedisChain(connections, NAMESPACE, Samples.CHAIN_TIMEOUT);
    chain.read();
  }

  @AfterEach
  void closeChain() {
    chain.close();
  }
}
