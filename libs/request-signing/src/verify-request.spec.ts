import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { canonicalRequest, EMPTY_BODY_SHA256, parseAuthorization, sign, verify, type HeaderField, type PathForm, type ReceivedRequest } from './index.js';
import { signatureOf } from './sign-request.js';

const now = new Date('2026-11-22T07:50:52Z');
const key = { accessKey: 'AK', secretKey: 'SK', now };
const sha256 = (body: string | Uint8Array) => createHash('sha256').update(body).digest('hex');

/** What arrives when a client signs like Terraform: chosen headers only, the path as it was meant. */
function received(change: { target?: string; form?: PathForm; headers?: HeaderField[]; signed?: string[]; bodyHash?: string; body?: string } = {}): ReceivedRequest {
  const target = change.target ?? '/v2/p1/fgs/functions';
  const headers = change.headers ?? [{ name: 'X-Sdk-Date', value: '20261122T075052Z' }];
  const names = change.signed ?? headers.map(({ name }) => name.toLowerCase()).sort();
  const signed = names.map((name) => ({ name, value: headers.find((field) => field.name.toLowerCase() === name)?.value ?? '' }));
  const bodyHash = change.bodyHash ?? EMPTY_BODY_SHA256;
  const canonical = canonicalRequest({ method: 'GET', requestTarget: target, headers: signed, bodyHash }, change.form ?? 'decoded');
  const signature = signatureOf('SK', '20261122T075052Z', canonical);
  const authorization = { name: 'authorization', value: `SDK-HMAC-SHA256 Access=AK, SignedHeaders=${names.join(';')}, Signature=${signature}` };
  return { method: 'GET', requestTarget: target, headers: [...headers, authorization], bodySha256: sha256(change.body ?? '') };
}

const date = { name: 'X-Sdk-Date', value: '20261122T075052Z' };

describe('verification', () => {
  it.each(['as-sent', 'decoded'] as const)('takes a path signed in the form "%s"', (form) => {
    expect(verify(received({ target: '/f/a%20b:c/%C3%A9', form }), key)).toEqual({ ok: true });
  });

  it('asks for no header among the signed ones but the date', () => {
    const request = received();
    const headers = [...request.headers, { name: 'X-Project-Id', value: 'p1' }, { name: 'X-Security-Token', value: 't' }, { name: 'Host', value: 'h' }];
    expect(verify({ ...request, headers }, key)).toEqual({ ok: true });
  });

  it('takes the date in the past or the future up to 15 minutes and not a second more', () => {
    const at = (seconds: number) => verify(received(), { ...key, now: new Date(now.getTime() + seconds * 1000) });
    expect([at(-900), at(900)]).toEqual([{ ok: true }, { ok: true }]);
    expect([at(-901), at(901)]).toEqual([
      { ok: false, reason: 'DATE_SKEWED' },
      { ok: false, reason: 'DATE_SKEWED' },
    ]);
  });

  it('refuses a signature that does not cover the date', () => {
    const headers = [{ name: 'host', value: 'h' }, date];
    expect(verify(received({ headers, signed: ['host'] }), key)).toEqual({ ok: false, reason: 'DATE_UNSIGNED' });
  });

  it.each(['20260230T000000Z', '2026-11-22T07:50:52Z', '20261122T075052', '20261122T246060Z', ''])('refuses the date "%s"', (value) => {
    expect(verify(received({ headers: [{ name: 'x-sdk-date', value }] }), key)).toEqual({ ok: false, reason: 'DATE_MALFORMED' });
  });

  it('refuses when a signed header did not arrive', () => {
    expect(verify(received({ headers: [date], signed: ['host', 'x-sdk-date'] }), key)).toEqual({ ok: false, reason: 'SIGNED_HEADER_MISSING' });
  });

  it('refuses when a signed header arrived twice, as it is not clear which one was signed', () => {
    const request = received();
    expect(verify({ ...request, headers: [...request.headers, date] }, key)).toEqual({ ok: false, reason: 'SIGNED_HEADER_REPEATED' });
  });

  it('takes an unsigned payload when the client says so, whatever the body', () => {
    const headers = [date, { name: 'X-Sdk-Content-Sha256', value: 'UNSIGNED-PAYLOAD' }];
    expect(verify(received({ headers, bodyHash: 'UNSIGNED-PAYLOAD', body: 'anything' }), key)).toEqual({ ok: true });
  });

  it('refuses an unsigned payload that the client did not sign as one', () => {
    const request = received({ body: 'altered' });
    const headers = [...request.headers, { name: 'X-Sdk-Content-Sha256', value: 'UNSIGNED-PAYLOAD' }];
    expect(verify({ ...request, headers }, key)).toEqual({ ok: false, reason: 'SIGNATURE_MISMATCH' });
  });

  it('uses a hash the client states as it is written, and refuses when the body has another', () => {
    const value = sha256('body').toUpperCase();
    const headers = [date, { name: 'X-Sdk-Content-Sha256', value }];
    expect(verify(received({ headers, bodyHash: value, body: 'body' }), key)).toEqual({ ok: true });
    expect(verify(received({ headers, bodyHash: value, body: 'b0dy' }), key)).toEqual({ ok: false, reason: 'BODY_ALTERED' });
  });

  it('refuses an escaped slash in place of a real one, and the other way round', () => {
    expect(verify({ ...received({ target: '/a/b' }), requestTarget: '/a%2Fb' }, key)).toEqual({ ok: false, reason: 'SIGNATURE_MISMATCH' });
    expect(verify({ ...received({ target: '/a%2Fb' }), requestTarget: '/a/b' }, key)).toEqual({ ok: false, reason: 'SIGNATURE_MISMATCH' });
  });
});

describe('the Authorization header', () => {
  const parse = (...values: string[]) => parseAuthorization(values.map((value) => ({ name: 'Authorization', value })));
  const signature = 'ab'.repeat(32);

  it('is read in any order of header names and with or without spaces after the commas', () => {
    expect(parse(`SDK-HMAC-SHA256 Access=AK,SignedHeaders=X-Sdk-Date;host,Signature=${signature}`)).toEqual({
      ok: true,
      authorization: { accessKey: 'AK', signedHeaders: ['host', 'x-sdk-date'], signature, securityToken: undefined },
    });
  });

  it('comes with the security token of a temporary access key', () => {
    const headers = [
      { name: 'x-security-token', value: 'tok' },
      { name: 'authorization', value: `SDK-HMAC-SHA256 Access=AK, SignedHeaders=x-sdk-date, Signature=${signature}` },
    ];
    expect(parseAuthorization(headers)).toMatchObject({ ok: true, authorization: { securityToken: 'tok' } });
  });

  it.each([
    ['AUTHORIZATION_MISSING', []],
    ['AUTHORIZATION_REPEATED', ['SDK-HMAC-SHA256 a', 'SDK-HMAC-SHA256 b']],
    ['ALGORITHM_UNSUPPORTED', ['Bearer abc']],
    ['ALGORITHM_UNSUPPORTED', [`V11-HMAC-SHA256 Credential=AK/20261122/r/s, SignedHeaders=host, Signature=${signature}`]],
    ['AUTHORIZATION_MALFORMED', ['SDK-HMAC-SHA256']],
    ['AUTHORIZATION_MALFORMED', [`SDK-HMAC-SHA256 Access=A\0K, SignedHeaders=x-sdk-date, Signature=${'ab'.repeat(32)}`]],
    ['AUTHORIZATION_MALFORMED', ['SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=short']],
    ['AUTHORIZATION_MALFORMED', [`SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;host, Signature=${signature}`]],
    ['AUTHORIZATION_MALFORMED', [`SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;;x-sdk-date, Signature=${signature}`]],
  ])('is refused as %s: %j', (reason, values) => {
    expect(parse(...values)).toEqual({ ok: false, reason });
  });
});

describe('whatever a client signs', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 12 });
  const pathSegment = text.map(encodeURIComponent);
  const target = fc
    .tuple(fc.array(pathSegment, { maxLength: 4 }), fc.array(fc.tuple(text.filter((name) => name !== ''), text), { maxLength: 4 }))
    .map(([path, query]) => {
      const pairs = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
      return `/${path.join('/')}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`;
    });
  const headerValue = fc.stringMatching(/^[!-~]{0,12}$/);
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH'),
    requestTarget: target,
    headers: headerValue.map((value) => [
      { name: 'Host', value: '127.0.0.1:7400' },
      { name: 'X-Cff-Log-Type', value },
    ]),
    body: fc.uint8Array({ maxLength: 64 }),
  });
  type SignedRequest = { method: string; requestTarget: string; headers: HeaderField[]; body: Uint8Array };
  const arrive = (sent: SignedRequest) => ({ ...sent, headers: sign(sent, key), bodySha256: sha256(sent.body) });

  it('verifies', () => {
    fc.assert(fc.property(request, (sent) => expect(verify(arrive(sent), key)).toEqual({ ok: true })));
  });

  it('does not verify under another secret key', () => {
    const check = (sent: SignedRequest, secretKey: string) => expect(verify(arrive(sent), { secretKey, now }).ok).toBe(false);
    fc.assert(fc.property(request, fc.string().filter((secret) => secret.replace(/\0+$/, '') !== 'SK'), check));
  });

  const alterations: Record<string, (sent: ReturnType<typeof arrive>) => ReceivedRequest> = {
    'another method': (sent) => ({ ...sent, method: sent.method === 'GET' ? 'POST' : 'GET' }),
    'a longer path': (sent) => ({ ...sent, requestTarget: `/x${sent.requestTarget}` }),
    'one more query parameter': (sent) => ({ ...sent, requestTarget: `${sent.requestTarget}${sent.requestTarget.includes('?') ? '&' : '?'}x=1` }),
    'another body': (sent) => ({ ...sent, bodySha256: sha256(Buffer.concat([sent.body, Buffer.from('x')])) }),
    'another signed header': (sent) => ({
      ...sent,
      headers: sent.headers.map((field) => (field.name === 'X-Cff-Log-Type' ? { ...field, value: `${field.value}x` } : field)),
    }),
    'a signed header less': (sent) => ({ ...sent, headers: sent.headers.filter(({ name }) => name !== 'Host') }),
    'another date': (sent) => ({
      ...sent,
      headers: sent.headers.map((field) => (field.name === 'X-Sdk-Date' ? { ...field, value: '20261122T075053Z' } : field)),
    }),
    'a shorter list of signed headers': (sent) => ({
      ...sent,
      headers: sent.headers.map((field) => (field.name === 'Authorization' ? { ...field, value: field.value.replace('host;', '') } : field)),
    }),
  };

  it.each(Object.keys(alterations))('does not verify with %s', (name) => {
    fc.assert(fc.property(request, (sent) => expect(verify(alterations[name]!(arrive(sent)), key).ok).toBe(false)));
  });
});
