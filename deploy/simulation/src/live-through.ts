import { deepStrictEqual } from 'node:assert/strict';
import { goOnUntil, type BusFaults, type Scheduler, type SimulatedProcess } from '@windlass/simulation';
import { Clients } from './clients.js';
import { requireConverged } from './convergence.js';
import { Observer } from './observer.js';
import { PROGRAMS, REAL_PARTS, SimulatedPlatform, type Parts } from './platform.js';
import { DOMAINS, NAMES, streamOf, triggersAtTheEnd } from './sources.js';

const BUSY_MILLISECONDS = 3_000;
const MOST_COMMANDS = 30;
const MOST_CRASHES = 5;
const MOST_CUTS = 2;
const MOST_REQUESTS = 40;
const QUIET_WITHIN = 20 * 60_000;
const STEPS_BETWEEN_LOOKS = 8;

/**
 * One world from its beginning to rest. Clients send commands while programs are killed, connections are cut, publications are
 * lost and messages come twice; afterwards all has to arrive, and every copy has to be what its source says.
 */
export async function liveThrough(scheduler: Scheduler, parts: Partial<Parts> = {}): Promise<void> {
  const { random } = scheduler;
  const observer = new Observer();
  const platform = new SimulatedPlatform(scheduler, observer, someFaults(scheduler), { ...REAL_PARTS, ...parts });
  for (const program of PROGRAMS) platform.start(program);
  platform.poison = somePoison(scheduler);

  const clients = new Clients(random, platform.iam, platform.registry);
  const failures: unknown[] = [];
  /** Commands on their way. One whose process was killed has no end. */
  const sent = new Set<{ readonly iam: SimulatedProcess; readonly registry: SimulatedProcess }>();
  const answered = (): boolean => [...sent].every(({ iam, registry }) => !iam.alive || !registry.alive);
  const sometime = (most: number, what: () => void): void => {
    for (let left = random.below(most + 1); left > 0; left -= 1) scheduler.after(random.below(BUSY_MILLISECONDS), platform.world, what);
  };
  sometime(MOST_COMMANDS, () => {
    const processes = { iam: platform.process('iam'), registry: platform.process('registry-1') };
    if (!processes.iam.alive || !processes.registry.alive) return;
    const command = clients.sendOne(processes).catch((error: unknown) => failures.push(error));
    sent.add(processes);
    void command.finally(() => sent.delete(processes));
  });
  sometime(MOST_CRASHES, () => platform.crash(random.pick(PROGRAMS), random.below(500)));
  sometime(MOST_CUTS, () => platform.broker.cutConnections());
  sometime(MOST_REQUESTS, () => void observer.request(platform).catch((error: unknown) => failures.push(error)));

  let routes = new Map<string, { readonly groupId: string; readonly path: string }>();
  let committed = 0;
  const look = (): boolean => {
    if (failures.length > 0) throw failures[0] as Error;
    if (committed < platform.registry.size) {
      routes = new Map([...triggersAtTheEnd(platform.registry)].map(([id, { last }]) => [id, last.route]));
      committed = platform.registry.size;
    }
    observer.look(platform, routes);
    return true;
  };
  let steps = 0;
  /** Not asked at every step: it costs more than the step. */
  const quiet = (): boolean => look() && (steps += 1) % STEPS_BETWEEN_LOOKS === 0 && answered() && platform.quiet;
  await goOnUntil(scheduler, () => look() && scheduler.now >= BUSY_MILLISECONDS, { within: Infinity, what: 'the end of the busy time' });
  await goOnUntil(scheduler, quiet, { within: QUIET_WITHIN, what: 'rest' });
  const stopped = platform.broker.stoppedKeys();
  // A message before the poisoned one that came again waits with it.
  deepStrictEqual(stopped.map(({ group, messageId }) => [group, streamIn(messageId)]), stopped.map(() => [platform.poison?.group, streamIn(platform.poison?.messageId ?? '')]), 'what is stopped');
  platform.poison = undefined;
  await goOnUntil(scheduler, () => quiet() && platform.broker.stoppedKeys().length === 0, { within: QUIET_WITHIN, what: 'rest after what could not be handled was mended' });
  await requireConverged(platform);
}

function streamIn(messageId: string): string {
  return messageId.slice(0, messageId.lastIndexOf('@'));
}

function someFaults({ random }: Scheduler): BusFaults {
  return {
    lostPublications: random.pick([0, 0.1, 0.3]),
    lostProgress: random.pick([0, 0.1, 0.3]),
    leaseMilliseconds: random.pick([Infinity, 1_000, 100]),
    parksFirst: random.chance(0.5),
    shufflesKeys: random.chance(0.5),
  };
}

function somePoison({ random }: Scheduler): { group: string; messageId: string } | undefined {
  if (random.chance(0.5)) return undefined;
  const version = 1 + random.below(4);
  return random.pick([
    { group: 'registry.accounts', messageId: `account-${random.pick(DOMAINS)}@${version}` },
    { group: 'worker.w1', messageId: `${streamOf(random.pick(NAMES))}@${version}` },
    { group: 'gateway.g1', messageId: `trigger:t1@${version}` },
  ]);
}
