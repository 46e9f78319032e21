import type { StoppedKey } from '@windlass/event-bus';
import { eventMetrics } from './event-metrics.js';

const stopped = (change: Partial<StoppedKey>): StoppedKey => ({
  group: 'g',
  topic: 't',
  key: 'k',
  messageId: 'm',
  error: 'Error: "no"\nat all',
  failures: 3,
  stoppedAt: new Date('2026-01-01T00:00:00Z'),
  nextTryAt: new Date('2026-01-01T00:01:00Z'),
  waiting: 2,
  ...change,
});

describe('the metrics of events', () => {
  const text = eventMetrics({
    adapter: 'kafka',
    relays: [
      { service: 'kms', waiting: 0, oldestAt: undefined, reportedAt: new Date('2026-01-01T00:00:02Z') },
      { service: 'registry', waiting: 12, oldestAt: new Date('2026-01-01T00:00:00.5Z'), reportedAt: new Date('2026-01-01T00:00:03Z') },
    ],
    groups: [{ group: 'g', topic: 't', behind: 7 }, { group: 'say "hi"\\', topic: 'two\nlines', behind: 0 }],
    stoppedKeys: [stopped({ key: 'a', stoppedAt: new Date('2026-01-01T00:00:05Z') }), stopped({ key: 'b', waiting: 5 })],
  });
  const lines = text.split('\n');

  it('tell lag and what is stopped of each group and topic, with a zero where nothing is', () => {
    expect(lines).toEqual(expect.arrayContaining([
      'windlass_event_bus_info{adapter="kafka"} 1',
      'windlass_event_group_behind_messages{group="g",topic="t"} 7',
      'windlass_event_stopped_keys{group="g",topic="t"} 2',
      'windlass_event_stopped_messages{group="g",topic="t"} 7',
      'windlass_event_stopped_since_timestamp_seconds{group="g",topic="t"} 1767225600',
      'windlass_event_stopped_keys{group="say \\"hi\\"\\\\",topic="two\\nlines"} 0',
    ]));
  });

  it('tell of each service what it has not published yet, and since when if there is anything', () => {
    expect(lines).toEqual(expect.arrayContaining([
      'windlass_event_relay_waiting_events{service="kms"} 0',
      'windlass_event_relay_waiting_events{service="registry"} 12',
      'windlass_event_relay_oldest_timestamp_seconds{service="registry"} 1767225600.5',
      'windlass_event_relay_reported_timestamp_seconds{service="kms"} 1767225602',
    ]));
    expect(text).not.toContain('windlass_event_relay_oldest_timestamp_seconds{service="kms"}');
  });

  it('are in the text format of Prometheus: a help and a type before each family, a line for each sample, a line feed at the end', () => {
    const label = '[a-z]+="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
    const sample = new RegExp(`^[a-z_]+\\{${label}(?:,${label})*\\} [0-9.e+]+$`);
    const families = [...text.matchAll(/^# HELP ([a-z_]+) .+\n# TYPE \1 gauge$/gm)].map(([, name]) => name);
    expect(families).toHaveLength(8);
    expect(text.endsWith('\n')).toBe(true);
    for (const line of lines.filter((one) => one !== '' && !one.startsWith('#'))) {
      expect(line).toMatch(sample);
      expect(families).toContain(line.slice(0, line.indexOf('{')));
    }
  });
});
