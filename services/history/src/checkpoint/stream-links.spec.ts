import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { GENESIS } from '@windlass/hash-chain';
import { StreamLinks } from './stream-links.js';

const hashOf = (stream: string, version: number): Buffer => (version === 0 ? GENESIS : createHash('sha256').update(`${stream} ${version}`).digest());
const event = (stream_id: string, version: number, fields: object = {}) => ({
  stream_id, version, position: `iam:${version}.${version}`, previous_hash: hashOf(stream_id, version - 1), hash: hashOf(stream_id, version), hash_holds: true, ...fields,
});
const findings = (...events: readonly ReturnType<typeof event>[]) => {
  const links = new StreamLinks('iam');
  for (const one of events) links.follow(one);
  return links.finish().map(({ kind, streamId, version }) => `${kind} ${streamId} ${version}`);
};

describe('the links of streams', () => {
  const whole = ['a', 'b'].flatMap((stream) => [1, 2, 3, 4].map((version) => event(stream, version)));

  it('hold in whatever order the log has the events of whole streams', () => {
    fc.assert(fc.property(fc.shuffledSubarray(whole, { minLength: whole.length }), (events) => expect(findings(...events)).toEqual([])));
  });

  it.each<[string, readonly ReturnType<typeof event>[], string[]]>([
    ['an event that is missing', [event('a', 1), event('a', 3), event('a', 4)], ['missing a 2']],
    ['a stream without its beginning', [event('a', 2)], ['missing a 1']],
    ['an event whose hash does not hold', [event('a', 1), event('a', 2, { hash_holds: false }), event('a', 3)], ['altered a 2']],
    ['an event that does not follow', [event('a', 1), event('a', 2, { previous_hash: GENESIS }), event('a', 3)], ['altered a 2']],
    ['a version that is there twice', [event('a', 1), event('a', 1), event('a', 2)], ['inserted a 1']],
  ])('tell of %s', (_what, events, expected) => {
    expect(findings(...events)).toEqual(expected);
  });
});
