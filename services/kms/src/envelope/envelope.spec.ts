import fc from 'fast-check';
import { openEnvelope, readEnvelope, sealEnvelope, type EnvelopeContext } from './envelope.js';

const ascending = (from: number, length: number) => Buffer.from(Array.from({ length }, (_, index) => from + index));
const material = ascending(0, 32);
const outside = { kind: 'data_key', keyId: '00112233-4455-6677-8899-aabbccddeeff', materialVersion: 7, nonce: ascending(0x40, 12) } as const;
const context: EnvelopeContext = { domainId: 'd1', projectId: 'p1', authenticatedData: 'größe', encryptionContext: {} };
const dataKey = ascending(0x80, 32);

// Computed with another implementation of AES-256-GCM, laid out by hand.
const KNOWN =
  '01' + '00112233445566778899aabbccddeeff' + '00000007' + '404142434445464748494a4b' +
  '62382ca0a2b90184454d9dbd17e99dd4e957c0cf23a099b4efded47e0b8e7344' + 'cfa3f9aebde096661099dc3811ace932';

const opened = (bytes: Buffer, whose = context): Buffer | undefined => {
  const envelope = readEnvelope('data_key', bytes);
  return envelope && openEnvelope(material, envelope, whose);
};

describe('the envelope of a data key', () => {
  it('is laid out as documented', () => {
    expect(sealEnvelope(material, outside, context, dataKey).toString('hex')).toBe(KNOWN);
  });

  it('tells which key and version open it', () => {
    expect(readEnvelope('data_key', Buffer.from(KNOWN, 'hex'))).toMatchObject(outside);
    expect(opened(Buffer.from(KNOWN, 'hex'))).toEqual(dataKey);
  });

  it('holds data keys of any length that there is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 1024 }), fc.string(), (bytes, authenticatedData) => {
        const whose = { ...context, authenticatedData };
        expect(opened(sealEnvelope(material, outside, whose, Buffer.from(bytes)), whose)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('does not open when any bit of it was changed, or it was cut or lengthened', () => {
    const whole = Buffer.from(KNOWN, 'hex');
    fc.assert(
      fc.property(fc.nat(whole.length * 8 - 1), (bit) => {
        const changed = Buffer.from(whole);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(opened(changed)).toBeUndefined();
      }),
      { numRuns: 648 },
    );
    for (let length = 0; length < whole.length; length++) expect(opened(whole.subarray(0, length))).toBeUndefined();
    expect(opened(Buffer.concat([whole, Buffer.from([0])]))).toBeUndefined();
  });

  it('opens for its tenant, its project and its authenticated data only', () => {
    const whole = Buffer.from(KNOWN, 'hex');
    for (const change of [{ domainId: 'd2' }, { projectId: 'p2' }, { authenticatedData: '' }]) expect(opened(whole, { ...context, ...change })).toBeUndefined();
  });

  it('opens with the encryption context it was sealed with, in whatever order that is given, and with no other', () => {
    const bound = { ...context, encryptionContext: { team: 'blue', stage: 'test' } };
    const whole = sealEnvelope(material, outside, bound, dataKey);
    expect(opened(whole, { ...bound, encryptionContext: { stage: 'test', team: 'blue' } })).toEqual(dataKey);
    const others: Record<string, string>[] = [{}, { team: 'blue' }, { team: 'test', stage: 'blue' }, { team: 'blue', stage: 'test', more: '' }];
    for (const encryptionContext of others) {
      expect(opened(whole, { ...bound, encryptionContext })).toBeUndefined();
    }
  });

  it('of data is none of a data key, nor the other way round', () => {
    const data = sealEnvelope(material, { ...outside, kind: 'data' }, context, dataKey);
    expect(readEnvelope('data_key', data)).toBeUndefined();
    const relabelled = Buffer.concat([Buffer.from([1]), data.subarray(1)]);
    expect(opened(relabelled)).toBeUndefined();
    const envelope = readEnvelope('data', data);
    expect(envelope && openEnvelope(material, envelope, context)).toEqual(dataKey);
  });

  it('is read from no bytes that are too long or of another format', () => {
    expect(readEnvelope('data_key', Buffer.alloc(33 + 1024 + 16 + 1, 1))).toBeUndefined();
    expect(readEnvelope('data_key', Buffer.concat([Buffer.from([2]), Buffer.from(KNOWN, 'hex').subarray(1)]))).toBeUndefined();
  });
});
