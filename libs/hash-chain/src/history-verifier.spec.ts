import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import fc from 'fast-check';
import { CHECKPOINT_FORMAT, checkpointHash, NO_CHECKPOINT, type Checkpoint, type CheckpointContent } from './checkpoint.js';
import { isAboutEvent, type Finding } from './finding.js';
import { HistoryVerifier, type EventRecord, type KeptHistory, type VerifiedHistory } from './history-verifier.js';
import { sealSecrets } from './seal-secrets.js';
import { nextRoot, NO_ROOT, sealEvent, type SealedEvent, type ShownEvent } from './sealed-event.js';

const platform = generateKeyPairSync('ed25519');
const somebody = generateKeyPairSync('ed25519');
const SERVICES = ['iam', 'registry'];
const EVENTS = 12;

function event(service: string, number: number, fields: Partial<ShownEvent> = {}): ShownEvent {
  const place = { streamId: `${service}-${number % 3}`, version: Math.floor(number / 3) + 1, position: `${service}:${100 + number}.${number * 10}` };
  return { id: randomUUID(), ...place, type: 'Happened', schemaVersion: 1, tenant: 'acme', data: { number }, metadata: { actor: 'ann' }, recordedAt: '2026-11-22T09:30:00.000Z', ...fields };
}

interface History {
  readonly checkpoints: Checkpoint[];
  readonly sealed: Map<string, SealedEvent[]>;
  readonly events: Map<string, ShownEvent[]>;
}

/** A history with a checkpoint after every few events, as the platform makes it. */
function makeHistory(ends: readonly number[] = [4, 7, EVENTS], accountId = 'acme', key = platform.privateKey): History {
  const events = new Map(SERVICES.map((service) => [service, Array.from({ length: EVENTS }, (_, number) => event(service, number))]));
  return { events, ...seal(events, ends, accountId, key) };
}

function seal(events: Map<string, ShownEvent[]>, ends: readonly number[], accountId = 'acme', key = platform.privateKey): Pick<History, 'sealed' | 'checkpoints'> {
  const sealed = new Map([...events].map(([service, log]) => [service, log.map(sealEvent)]));
  const checkpoints: Checkpoint[] = [];
  for (const end of ends) {
    const services = SERVICES.map((service) => {
      const covered = sealed.get(service)!.slice(0, end);
      return { service, position: covered.at(-1)?.position ?? '', events: covered.length, root: covered.reduce(nextRoot, NO_ROOT) };
    });
    const content: CheckpointContent = { format: CHECKPOINT_FORMAT, accountId, number: checkpoints.length + 1, madeAt: '2026-11-22T10:00:00.000Z', previousHash: checkpoints.at(-1)?.hash ?? NO_CHECKPOINT, services };
    checkpoints.push(signed(content, key));
  }
  return { sealed, checkpoints };
}

function signed(content: CheckpointContent, key = platform.privateKey): Checkpoint {
  const hash = checkpointHash(content);
  return { content, hash, signature: { keyId: 'k1', algorithm: 'ED25519', value: sign(null, Buffer.from(hash, 'hex'), key) } };
}

/** Checks the history as an export tells it: what was sealed and what is there, by place. */
function verify({ checkpoints, sealed, events }: History, kept?: KeptHistory): VerifiedHistory {
  const verifier = new HistoryVerifier('acme', [platform.publicKey], kept);
  for (const checkpoint of checkpoints) verifier.addCheckpoint(checkpoint);
  for (const service of SERVICES) {
    const places = new Map<string, { sealed?: SealedEvent; event?: ShownEvent }>();
    for (const one of sealed.get(service) ?? []) places.set(one.position, { sealed: one });
    for (const one of events.get(service) ?? []) places.set(one.position, { ...places.get(one.position), event: one });
    const inOrder = [...places].sort(([a], [b]) => numberOf(a) - numberOf(b));
    for (const [, record] of inOrder) verifier.addEvent({ service, ...record } satisfies EventRecord);
  }
  return verifier.finish();
}

function numberOf(position: string): number {
  return Number(position.split('.')[1]);
}

function first({ findings }: VerifiedHistory): Partial<Finding> {
  const [finding] = findings;
  if (finding === undefined) return {};
  if (!isAboutEvent(finding)) return { kind: finding.kind, checkpoint: finding.checkpoint };
  const { kind, service, streamId, version, position } = finding;
  return { kind, service, streamId, version, position } as Partial<Finding>;
}

describe('a history against its checkpoints', () => {
  it('is intact when nothing was done to it', () => {
    expect(verify(makeHistory())).toMatchObject({ intact: true, findings: [], found: 0, checkpoints: 3, events: 24, newest: { content: { number: 3 } } });
  });

  const log = (history: History): ShownEvent[] => history.events.get('registry')!;
  const named = ({ streamId, version, position }: ShownEvent) => ({ service: 'registry', streamId, version, position });

  it.each<[string, Partial<ShownEvent>]>([
    ['payload', { data: { number: -1 } }],
    ['type', { type: 'NeverHappened' }],
    ['time', { recordedAt: '2026-11-22T09:30:00.001Z' }],
    ['actor', { metadata: { actor: 'bob' } }],
    ['account', { tenant: 'other' }],
    ['schema version', { schemaVersion: 2 }],
    ['id', { id: randomUUID() }],
    ['version', { version: 77 }],
    ['stream', { streamId: 'another' }],
  ])('names an event whose %s was changed', (_what, change) => {
    const history = makeHistory();
    const [original] = log(history).splice(5, 1, { ...log(history)[5]!, ...change });
    expect(first(verify(history))).toEqual({ kind: 'altered', ...named(original!) });
  });

  it.each([['in the middle', 4], ['at the beginning', 0], ['at the end', EVENTS - 1]])('names an event that was taken out %s', (_where, at) => {
    const history = makeHistory();
    const [gone] = log(history).splice(at, 1);
    expect(verify(history)).toMatchObject({ found: 1 });
    expect(first(verify(history))).toEqual({ kind: 'missing', ...named(gone!) });
  });

  it('names the first event of a tail, and of a whole stream, that was taken out', () => {
    const tail = makeHistory();
    const gone = log(tail).splice(9);
    expect(verify(tail).found).toBe(3);
    expect(first(verify(tail))).toEqual({ kind: 'missing', ...named(gone[0]!) });
    const stream = makeHistory();
    const whole = log(stream).filter(({ streamId }) => streamId === 'registry-1');
    stream.events.set('registry', log(stream).filter((one) => !whole.includes(one)));
    expect(first(verify(stream))).toEqual({ kind: 'missing', ...named(whole[0]!) });
    expect(verify({ ...makeHistory(), events: new Map() }).found).toBe(24);
  });

  it('names an event that was put in', () => {
    const history = makeHistory();
    log(history).splice(5, 0, event('registry', 5, { position: 'registry:104.45', streamId: 'forged', version: 1 }));
    expect(first(verify(history))).toMatchObject({ kind: 'inserted', streamId: 'forged', version: 1 });
  });

  it('names events that changed places, with where they stand now', () => {
    const history = makeHistory();
    const [one, other] = [log(history)[2]!, log(history)[8]!];
    log(history)[2] = { ...other, position: one.position };
    log(history)[8] = { ...one, position: other.position };
    expect(first(verify(history))).toEqual({ kind: 'reordered', ...named(one) });
    expect(verify(history).findings.map(({ kind }) => kind)).toEqual(['reordered', 'reordered']);
    expect(verify(history).findings[0]?.message).toContain(`stands at ${other.position} now`);
  });

  it('finds any single change of anything in it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SERVICES), fc.nat(EVENTS - 1), fc.constantFrom('remove', 'alter', 'repeat', 'swap'), fc.nat(EVENTS - 1), (service, at, attack, other) => {
        const history = makeHistory([1, 5, EVENTS]);
        const attacked = history.events.get(service)!;
        const [victim, second] = [attacked[at]!, attacked[other]!];
        if (attack === 'swap' && at === other) return;
        if (attack === 'remove') attacked.splice(at, 1);
        if (attack === 'alter') attacked[at] = { ...victim, data: { number: 'x' } };
        if (attack === 'repeat') attacked.splice(at, 0, { ...victim, id: randomUUID(), streamId: 'copy', position: `${victim.position.slice(0, -1)}5` });
        if (attack === 'swap') [attacked[at], attacked[other]] = [{ ...second, position: victim.position }, { ...victim, position: second.position }];
        expect(verify(history).intact).toBe(false);
      }),
    );
  });

  describe('and their seals', () => {
    it('finds sealed events that were altered with the event, of which an earlier export tells', () => {
      const history = makeHistory();
      const kept: KeptHistory = { checkpoints: new Map(history.checkpoints.map(({ content, hash }) => [content.number, hash])), sealed: new Map([...history.sealed].map(([service, seals]) => [service, [...seals]])) };
      const original = log(history)[5]!;
      log(history)[5] = { ...original, data: { number: 0 } };
      history.sealed.get('registry')![5] = sealEvent(log(history)[5]!);
      expect(first(verify(history))).toEqual({ kind: 'seals_altered', checkpoint: 2 });
      expect(first(verify(history, kept))).toEqual({ kind: 'altered', ...named(original) });
    });

    it('finds a history that was signed anew from the first event on, by whoever kept an earlier export', () => {
      const history = makeHistory();
      const kept: KeptHistory = { checkpoints: new Map(history.checkpoints.map(({ content, hash }) => [content.number, hash])), sealed: history.sealed };
      log(history).splice(EVENTS - 2);
      const anew: History = { events: history.events, ...seal(history.events, [4, 7]) };
      expect(verify(anew)).toMatchObject({ intact: true });
      expect(first(verify(anew, kept))).toEqual({ kind: 'checkpoint_missing', checkpoint: 3 });
    });

    it.each<[string, (checkpoints: Checkpoint[]) => void, Finding['kind'], number]>([
      ['what it covers changed', (all) => void (all[1] = { ...all[1]!, content: { ...all[1]!.content, services: [] } }), 'checkpoint_altered', 2],
      ['another time', (all) => void (all[1] = { ...all[1]!, content: { ...all[1]!.content, madeAt: '2026-11-22T10:00:00.001Z' } }), 'checkpoint_altered', 2],
      ['another hash', (all) => void (all[1] = { ...all[1]!, hash: NO_ROOT }), 'checkpoint_altered', 2],
      ['the signature of somebody else', (all) => void (all[1] = signed(all[1]!.content, somebody.privateKey)), 'signature_invalid', 2],
      ['another checkpoint before it', (all) => void (all[1] = signed({ ...all[1]!.content, previousHash: NO_ROOT })), 'checkpoint_altered', 2],
      ['another account', (all) => void (all[0] = signed({ ...all[0]!.content, accountId: 'other' })), 'checkpoint_altered', 1],
      ['no place in the row', (all) => void all.splice(1, 1), 'checkpoint_missing', 2],
    ])('finds a checkpoint with %s', (_what, attack, kind, checkpoint) => {
      const history = makeHistory();
      attack(history.checkpoints);
      expect(first(verify(history))).toEqual({ kind, checkpoint });
    });

    it('finds fewer sealed events than a checkpoint covers', () => {
      const history = makeHistory();
      history.sealed.get('registry')!.pop();
      log(history).pop();
      expect(first(verify(history))).toEqual({ kind: 'seals_altered', checkpoint: 3 });
    });
  });
});

describe('sealed secrets', () => {
  const secret = new Set(['userData', 'secrets']);
  const key = Buffer.alloc(32, 1);
  const data = { function: { name: 'hello', settings: { userData: '{"PASSWORD":"hunter2"}', memory: 128 }, secrets: { TOKEN: 'x' } }, list: [{ userData: '' }, { secrets: {} }, { userData: 'z' }] };

  it('hide the values of the named members at any depth, and nothing else', () => {
    const seal = { $sealed: expect.stringMatching(/^[0-9a-f]{64}$/) };
    expect(sealSecrets(data, secret, key, 'e1')).toEqual({ function: { name: 'hello', settings: { userData: seal, memory: 128 }, secrets: seal }, list: [{ userData: '' }, { secrets: {} }, { userData: seal }] });
  });

  it('are the same again for the same value, and others for another value, event or key', () => {
    const seals = (value: string, event = 'e1', by = key) => JSON.stringify(sealSecrets({ userData: value }, secret, by, event));
    expect(seals('a')).toBe(seals('a'));
    expect(new Set([seals('a'), seals('b'), seals('a', 'e2'), seals('a', 'e1', Buffer.alloc(32, 2))]).size).toBe(4);
  });
});
