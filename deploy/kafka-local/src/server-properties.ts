/** Where the broker listens. All addresses are of this machine. */
export interface BrokerPorts {
  /** For clients. */
  readonly client: number;
  /** For clients that come through a proxy of their own, which listens on `proxy` and forwards to here. */
  readonly behindProxy: number;
  readonly proxy: number;
  readonly controller: number;
}

/** One node that is broker and controller, sized for a laptop: everything Windlass needs and nothing replicated. */
export function serverProperties(ports: BrokerPorts, logDirectory: string, bind = '127.0.0.1'): Readonly<Record<string, string>> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    listeners: `CLIENT://${bind}:${ports.client},PROXIED://${bind}:${ports.behindProxy},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${ports.client},PROXIED://127.0.0.1:${ports.proxy}`,
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'CLIENT',
    'log.dirs': logDirectory,
    // Windlass makes its topics itself, with the settings each needs.
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    // A group of one need not wait for others to join.
    'group.initial.rebalance.delay.ms': '0',
    'num.network.threads': '2',
    'num.io.threads': '2',
    'background.threads': '2',
    'log.cleaner.dedupe.buffer.size': '16777216',
  };
}

export function propertiesFile(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
