import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { checkSignature, makeSignature } from './signature.js';
import { HASH_BYTES, schemeOf, type SigningScheme } from './signing-algorithm.js';
import { messageOf, signatureOf } from './signing-request.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;

const schemes: [string, KeyObject, SigningScheme][] = [
  ...['RSASSA_PSS_SHA_256', 'RSASSA_PSS_SHA_384', 'RSASSA_PSS_SHA_512', 'RSASSA_PKCS1_V1_5_SHA_256', 'RSASSA_PKCS1_V1_5_SHA_384', 'RSASSA_PKCS1_V1_5_SHA_512'].map(
    (name): [string, KeyObject, SigningScheme] => [name, rsa, schemeOf('RSA_2048', name)],
  ),
  ['ECDSA_SHA_256', p256, schemeOf('EC_P256', 'ECDSA_SHA_256')],
  ['ECDSA_SHA_384', p384, schemeOf('EC_P384', 'ECDSA_SHA_384')],
];

const raw = (bytes: Buffer) => ({ type: 'RAW' as const, bytes });
const digestOf = ({ hash }: SigningScheme, bytes: Buffer) => ({ type: 'DIGEST' as const, bytes: createHash(hash).update(bytes).digest() });

describe.each(schemes)('a signature by %s', (_name, key, scheme) => {
  // The message goes the way of node's own implementation, its digest ours: each checks what the other made.
  it('over a message and over its digest is the same thing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (content) => {
        const bytes = Buffer.from(content);
        const byMessage = await makeSignature(key, scheme, raw(bytes));
        const byDigest = await makeSignature(key, scheme, digestOf(scheme, bytes));
        for (const signature of [byMessage, byDigest]) {
          expect(await checkSignature(key, scheme, raw(bytes), signature)).toBe(true);
          expect(await checkSignature(key, scheme, digestOf(scheme, bytes), signature)).toBe(true);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('does not hold for another message, another key or with any byte changed', async () => {
    const message = Buffer.from('windlass');
    const signature = await makeSignature(key, scheme, digestOf(scheme, message));
    const holds = async (candidate: Buffer, by: KeyObject = key, bytes = message) => [
      await checkSignature(by, scheme, digestOf(scheme, bytes), candidate),
      await checkSignature(by, scheme, raw(bytes), candidate),
    ];
    const other = key.asymmetricKeyType === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ec', { namedCurve: key === p256 ? 'P-256' : 'P-384' });
    expect(await holds(signature)).toEqual([true, true]);
    expect(await holds(signature, other.privateKey)).toEqual([false, false]);
    expect(await holds(signature, key, Buffer.from('windlast'))).toEqual([false, false]);
    for (const candidate of [Buffer.alloc(0), signature.subarray(1), Buffer.concat([signature, Buffer.of(0)])]) expect(await holds(candidate)).toEqual([false, false]);
    for (let at = 0; at < signature.length; at++) {
      const changed = Buffer.from(signature);
      changed[at]! ^= 1;
      expect(await holds(changed)).toEqual([false, false]);
    }
  });
});

describe('ECDSA over a digest', () => {
  // RFC 6979, A.2.5 and A.2.6: signatures of "sample" with those private keys.
  it.each([
    [
      'ECDSA_SHA_256',
      'EC_P256' as const,
      { crv: 'P-256', x: '60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6', y: '7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299', d: 'C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721' },
      '3046022100EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716022100F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8',
    ],
    [
      'ECDSA_SHA_384',
      'EC_P384' as const,
      {
        crv: 'P-384',
        x: 'EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64DEF8F0EA9055866064A254515480BC13',
        y: '8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1288B231C3AE0D4FE7344FD2533264720',
        d: '6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5',
      },
      '306602310094EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE4602310099EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8',
    ],
  ])('%s knows the published signature', async (algorithm, spec, { crv, ...numbers }, signature) => {
    const { createPrivateKey } = await import('node:crypto');
    const jwk = Object.fromEntries(Object.entries(numbers).map(([name, hex]) => [name, Buffer.from(hex, 'hex').toString('base64url')]));
    const key = createPrivateKey({ key: { kty: 'EC', crv, ...jwk }, format: 'jwk' });
    const scheme = schemeOf(spec, algorithm);
    expect(await checkSignature(key, scheme, digestOf(scheme, Buffer.from('sample')), Buffer.from(signature, 'hex'))).toBe(true);
    expect(createPublicKey(key).asymmetricKeyType).toBe('ec');
  });
});

describe('a request to sign', () => {
  const scheme = schemeOf('EC_P256', 'ECDSA_SHA_256');
  const digest = Buffer.alloc(HASH_BYTES.sha256).toString('base64');
  const invalid = expect.objectContaining({ kind: 'invalid', code: 'KMS.0308' });

  it('means a digest unless it says otherwise, of the length of its hash', () => {
    expect(messageOf({ message: digest, message_type: '' }, scheme)).toMatchObject({ type: 'DIGEST' });
    expect(messageOf({ message: 'aGVsbG8=', message_type: 'RAW' }, scheme)).toEqual({ type: 'RAW', bytes: Buffer.from('hello') });
    expect(() => messageOf({ message: 'aGVsbG8=', message_type: '' }, scheme)).toThrow(/digest of 32 bytes.*set message_type to RAW/);
  });

  it.each(['', 'not base64!', 'aGVsbG8', Buffer.alloc(4097).toString('base64')])('is refused with the message %.20j', (message) => {
    expect(() => messageOf({ message, message_type: 'RAW' }, scheme)).toThrow(invalid);
  });

  it('is refused with an algorithm of another kind of key, which names those that fit', () => {
    expect(() => schemeOf('EC_P384', 'ECDSA_SHA_256')).toThrow(/is one of ECDSA_SHA_384 for a key of spec EC_P384/);
    expect(() => schemeOf('RSA_2048', 'toString')).toThrow(invalid);
    expect(() => messageOf({ message: digest, message_type: 'digest' }, scheme)).toThrow(invalid);
    expect(() => signatureOf(Buffer.alloc(513).toString('base64'))).toThrow(invalid);
  });
});
