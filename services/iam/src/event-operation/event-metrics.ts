import type { BusStatus, StoppedKey } from '@windlass/event-bus';

/**
 * The state of the bus as Prometheus reads it (text format 0.0.4). A series for each service that publishes, and for each group and topic, never for each key: there may
 * be as many keys as tenants have functions.
 */
export function eventMetrics({ adapter, relays, groups, stoppedKeys }: BusStatus): string {
  const stopped = new Map<string, StoppedKey[]>();
  for (const key of stoppedKeys) stopped.set(labels(key), [...(stopped.get(labels(key)) ?? []), key]);
  // A group that has nothing stopped says so: an alert needs the zero.
  for (const group of groups) if (!stopped.has(labels(group))) stopped.set(labels(group), []);
  const ofStopped = (value: (keys: readonly StoppedKey[]) => number): Sample[] => [...stopped].map(([group, keys]) => [group, value(keys)]);
  return [
    family('windlass_event_bus_info', 'The bus that carries events, as a label.', [[`{adapter=${quoted(adapter)}}`, 1]]),
    family('windlass_event_relay_waiting_events', 'Events of the service that are not on the bus yet, at most 10000.', relays.map((relay) => [ofService(relay), relay.waiting])),
    family(
      'windlass_event_relay_oldest_timestamp_seconds',
      'Unix time at which the oldest of those events was recorded.',
      relays.flatMap((relay): Sample[] => (relay.oldestAt === undefined ? [] : [[ofService(relay), relay.oldestAt.getTime() / 1_000]])),
    ),
    family(
      'windlass_event_relay_reported_timestamp_seconds',
      'Unix time at which the service last reported its relay, which it does every ten seconds.',
      relays.map((relay) => [ofService(relay), relay.reportedAt.getTime() / 1_000]),
    ),
    family('windlass_event_group_behind_messages', 'Messages of the topic that the group has not taken yet.', groups.map((group) => [labels(group), group.behind])),
    family('windlass_event_stopped_keys', 'Keys of the topic that are stopped for the group by a message it cannot handle.', ofStopped((keys) => keys.length)),
    family('windlass_event_stopped_messages', 'Messages that wait behind stopped keys.', ofStopped((keys) => keys.reduce((sum, { waiting }) => sum + waiting, 0))),
    family(
      'windlass_event_stopped_since_timestamp_seconds',
      'Unix time at which the key that is stopped longest was stopped.',
      ofStopped((keys) => Math.min(...keys.map(({ stoppedAt }) => stoppedAt.getTime() / 1_000))).filter(([, since]) => Number.isFinite(since)),
    ),
  ].join('');
}

type Sample = readonly [labels: string, value: number];

function family(name: string, help: string, samples: readonly Sample[]): string {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...samples.map(([of, value]) => `${name}${of} ${value}`), ''].join('\n');
}

function ofService({ service }: { readonly service: string }): string {
  return `{service=${quoted(service)}}`;
}

function labels({ group, topic }: { readonly group: string; readonly topic: string }): string {
  return `{group=${quoted(group)},topic=${quoted(topic)}}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
