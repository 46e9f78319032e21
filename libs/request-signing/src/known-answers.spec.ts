import { createHash } from 'node:crypto';
import { canonicalRequest, EMPTY_BODY_SHA256, sign, verify } from './index.js';

// Produced by the official SDK with access key "AK", secret key "SK" and project "p1".
const now = new Date('2026-11-22T07:50:52Z');
const signedByTheSdk = [
  { method: 'GET', target: '/v2/p1/fgs/functions', signature: 'e0846d644d033fc35beea5d71d6017a1d6208f41c649bd23bd6c2ce47433c611' },
  { method: 'GET', target: '/v2/p1/fgs/functions?marker=0&maxitems=2', signature: '0af869a22eb4b5ec4fc57f38ddcdf210f3b42083971c41033aea1dbf594ce46f' },
  {
    method: 'GET',
    target: '/v2/p1/fgs/functions/urn:fss:cn-north-4:p1:function:default:f:latest/config',
    signature: '6bd03da33980b6678f412febe4b48f7d95d195355839f7df5bbfdf634744965e',
  },
  {
    method: 'POST',
    target: '/v2/p1/fgs/functions/urn:fss:cn-north-4:p1:function:default:a%20b:latest/invocations',
    extra: [{ name: 'x-cff-log-type', value: 'tail' }],
    body: '{"a":"é"}',
    signature: '8d3483e8976221d848627c2cc6b19e80650fee328b49807ece92f07df5315505',
  },
  { method: 'DELETE', target: '/v2/p1/fgs/functions/urn:x', signature: '4ae32ca4ee8628faabd7fd8015302090e877532340a0ef412a88722169d06a81' },
  { method: 'GET', target: '/v2/p1/fgs/dependencies?name=a%20b%2Fc*', signature: '19567b6ecb1a4c37956ec0e3f7a1aed926f3c516c7351813040452ddbadbf8c4' },
  { method: 'POST', target: '/v2/p1/fgs/functions/u/snapshots/enable', signature: 'd866820242b1a0a5c557b3f2dd552a0859ffdb8334f32acb925be0c34707cbe1' },
];

const commonHeaders = [
  { name: 'content-type', value: 'application/json' },
  { name: 'host', value: '127.0.0.1:32825' },
  { name: 'X-Project-Id', value: 'p1' },
];

describe.each(signedByTheSdk)('$method $target, as the official SDK signs it', ({ method, target, extra = [], body = '', signature }) => {
  const headers = [...commonHeaders, ...extra];

  it('gets the same signature from us', () => {
    const sent = sign({ method, requestTarget: target, headers, body }, { accessKey: 'AK', secretKey: 'SK', now });
    const names = [...headers.map(({ name }) => name.toLowerCase()), 'x-sdk-date'].sort().join(';');
    expect(sent.at(-1)).toEqual({
      name: 'Authorization',
      value: `SDK-HMAC-SHA256 Access=AK, SignedHeaders=${names}, Signature=${signature}`,
    });
  });

  it('verifies', () => {
    const names = [...headers.map(({ name }) => name.toLowerCase()), 'x-sdk-date'].sort().join(';');
    const received = [
      ...headers,
      { name: 'X-Sdk-Date', value: '20261122T075052Z' },
      { name: 'Authorization', value: `SDK-HMAC-SHA256 Access=AK, SignedHeaders=${names}, Signature=${signature}` },
      { name: 'User-Agent', value: 'added after signing' },
    ];
    const bodySha256 = createHash('sha256').update(body).digest('hex');
    expect(verify({ method, requestTarget: target, headers: received, bodySha256 }, { secretKey: 'SK', now })).toEqual({ ok: true });
  });
});

describe('the canonical request', () => {
  const headers = [
    { name: 'content-type', value: 'application/json' },
    { name: 'host', value: '127.0.0.1:32825' },
    { name: 'x-project-id', value: 'p1' },
    { name: 'x-sdk-date', value: '20261122T075052Z' },
  ];

  it('is the text the API documents', () => {
    const requestTarget = '/v2/p1/fgs/functions/urn:fss:cn-north-4:p1:function:default:f:latest/config';
    expect(canonicalRequest({ method: 'get', requestTarget, headers, bodyHash: EMPTY_BODY_SHA256 }, 'as-sent').split('\n')).toEqual([
      'GET',
      '/v2/p1/fgs/functions/urn%3Afss%3Acn-north-4%3Ap1%3Afunction%3Adefault%3Af%3Alatest/config/',
      '',
      'content-type:application/json',
      'host:127.0.0.1:32825',
      'x-project-id:p1',
      'x-sdk-date:20261122T075052Z',
      '',
      'content-type;host;x-project-id;x-sdk-date',
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    ]);
  });

  const line = (requestTarget: string, number: number, form: 'as-sent' | 'decoded' = 'as-sent') =>
    canonicalRequest({ method: 'GET', requestTarget, headers: [], bodyHash: '' }, form).split('\n')[number];

  it.each([
    ['/a%20b', 'as-sent', '/a%2520b/'],
    ['/a%20b', 'decoded', '/a%20b/'],
    ['/a:b', 'decoded', '/a%3Ab/'],
    ['/a%2Fb', 'decoded', '/a%2Fb/'],
    ['/%ff%', 'decoded', '/%FF%25/'],
    ['/é', 'as-sent', '/%C3%A9/'],
    ['/a/', 'as-sent', '/a/'],
    ['', 'as-sent', '/'],
  ] as const)('writes the path %s, %s, as %s', (target, form, path) => {
    expect(line(target, 1, form)).toBe(path);
  });

  it.each([
    ['/?b=2&a=1', 'a=1&b=2'],
    ['/?a=2&a=10&a=1', 'a=1&a=10&a=2'],
    ['/?a', 'a='],
    ['/?a=', 'a='],
    ['/?a=b=c', 'a=b%3Dc'],
    ['/?a=b+c', 'a=b%20c'],
    ['/?a=b%2Bc', 'a=b%2Bc'],
    ['/?&&a=1&', 'a=1'],
    ['/?a{=1&ab=2', 'ab=2&a%7B=1'],
    ['/?q=?', 'q=%3F'],
  ])('writes the query of %s as %s', (target, query) => {
    expect(line(target, 2)).toBe(query);
  });
});
