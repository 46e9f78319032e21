import { readKafkaAddress } from './kafka-address.js';

describe('the address of Kafka', () => {
  const read = (brokers?: string, prefix?: string) => {
    const problems: string[] = [];
    const address = readKafkaAddress({ WINDLASS_KAFKA_BROKERS: brokers, WINDLASS_KAFKA_PREFIX: prefix }, problems);
    return problems.length > 0 ? problems : address;
  };

  it('is not there unless brokers are named', () => {
    expect([read(), read('', 'prefix')]).toEqual([undefined, undefined]);
  });

  it('is a list of brokers, and perhaps a prefix', () => {
    expect(read('a:9092')).toEqual({ brokers: ['a:9092'] });
    expect(read('kafka-1.example.com:9092, 127.0.0.1:1,[::1]:65535', 'test-1')).toEqual({ brokers: ['kafka-1.example.com:9092', '127.0.0.1:1', '[::1]:65535'], prefix: 'test-1' });
  });

  it.each(['a', 'a:', 'a:0', 'a:65536', 'a:1,', 'http://a:1', 'a b:1'])('is refused as "%s"', (brokers) => {
    expect(read(brokers)).toEqual([expect.stringContaining('WINDLASS_KAFKA_BROKERS')]);
  });

  it('is refused with a prefix that no topic may have', () => {
    expect(read('a:1', 'a.b')).toEqual([expect.stringContaining('WINDLASS_KAFKA_PREFIX')]);
  });
});
