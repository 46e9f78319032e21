import { helpText, parseCommand } from './options.js';

const parse = (args: string[], environment: Record<string, string> = {}) => parseCommand(args, environment, '/srv/windlass');

describe('the options', () => {
  it('have defaults that listen on this machine only', () => {
    expect(parse([])).toMatchObject({
      run: { host: '127.0.0.1', apiPort: 7400, gatewayPort: 7480, grpcPort: 7450, dataDirectory: '/srv/windlass/.windlass' },
    });
  });

  it('take the environment, and a flag over the environment', () => {
    const environment = { WINDLASS_API_PORT: '8400', WINDLASS_DATA_DIR: '/var/lib/windlass' };
    expect(parse([], environment)).toMatchObject({ run: { apiPort: 8400, dataDirectory: '/var/lib/windlass' } });
    expect(parse(['--api-port', '9400'], environment)).toMatchObject({ run: { apiPort: 9400 } });
    expect(parse(['--api-port=9400'], environment)).toMatchObject({ run: { apiPort: 9400 } });
  });

  it('tell all that is wrong at once, by the name it came under', () => {
    expect(parse(['--grpc-port', 'x', '--nonsense'], { WINDLASS_API_PORT: '70000' })).toEqual({
      problems: [
        'unknown option --nonsense; --help lists them',
        'WINDLASS_API_PORT: "70000" is not a port (1 to 65535)',
        '--grpc-port: "x" is not a port (1 to 65535)',
      ],
    });
  });

  it('name Kafka’s brokers where events go over Kafka', () => {
    expect(parse([])).toMatchObject({ run: { kafka: undefined } });
    expect(parse(['--kafka-brokers', 'a:9092,b:9092', '--kafka-prefix', 'blue'])).toMatchObject({ run: { kafka: { brokers: ['a:9092', 'b:9092'], prefix: 'blue' } } });
    expect(parse(['--kafka-brokers', 'nowhere'])).toEqual({ problems: [expect.stringMatching(/^--kafka-brokers: "nowhere"/)] });
  });

  it('take lists for the network of functions, and refuse what cannot be one', () => {
    expect(parse(['--egress-allow', '10.1.2.0/24, fd00::1'], { WINDLASS_NAME_SERVERS: '192.0.2.53:5353' })).toMatchObject({
      run: { egressAllow: ['10.1.2.0/24', 'fd00::1'], egressDeny: [], nameServers: ['192.0.2.53:5353'] },
    });
    expect(parse(['--egress-deny', 'example.com'])).toEqual({ problems: [expect.stringContaining('--egress-deny: "example.com" is not a list of address ranges')] });
  });

  it('refuse two services on one port', () => {
    expect(parse(['--api-port', '7480'])).toEqual({ problems: ['the API, gateway and gRPC ports must differ'] });
  });

  it('are all listed by --help', () => {
    expect(parse(['--help'])).toEqual({ help: helpText() });
    for (const name of ['WINDLASS_API_PORT', 'WINDLASS_GATEWAY_PORT', 'WINDLASS_GRPC_PORT', 'WINDLASS_DATA_DIR', '--region', 'WINDLASS_KAFKA_BROKERS']) {
      expect(helpText()).toContain(name);
    }
  });
});
