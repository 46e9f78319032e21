import { createHash } from 'node:crypto';
import { WindlassError, type ErrorKind } from '@windlass/errors';
import { RequestHeadParser, type RequestHead } from '@windlass/http1';
import { Gatekeeper, type AuthenticatedCaller, type CallerAuthenticator, type SignedRequest } from './gatekeeper.js';
import { DOMAIN, GROUP, makeRoute } from './testing/route.js';

const OPEN = makeRoute();
const GUARDED = makeRoute({ auth: 'IAM' });
const SIGNATURE = 'Authorization: SDK-HMAC-SHA256 Access=a, SignedHeaders=host, Signature=s';

function headOf(...lines: string[]): RequestHead {
  const text = `POST /${GROUP}/a?b=%20 HTTP/1.1\r\nHost: h\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
  const head = new RequestHeadParser().read(Buffer.from(text))?.head;
  if (head === undefined) throw new Error('incomplete');
  return head;
}

/** Knows one caller by the token "good", and whoever signs. */
class Authenticator implements CallerAuthenticator {
  tokens = 0;
  signed: SignedRequest[] = [];
  constructor(
    private readonly caller: AuthenticatedCaller,
    private readonly failure: ErrorKind = 'unauthenticated',
  ) {}

  async byToken(token: string): Promise<AuthenticatedCaller> {
    this.tokens += 1;
    if (token === 'good') return this.caller;
    throw new WindlassError({ kind: this.failure, reason: 'TOKEN', code: 'IAM.0067', message: 'The token is not valid.' });
  }

  async bySignature(request: SignedRequest): Promise<AuthenticatedCaller> {
    this.signed.push(request);
    return this.caller;
  }
}

const owner: AuthenticatedCaller = { domainId: DOMAIN, cacheableUntil: 0 };
const stranger: AuthenticatedCaller = { domainId: 'other-domain', cacheableUntil: 0 };
const NO_BODY = Buffer.alloc(0);

describe('the gatekeeper', () => {
  it('asks for no credential on an open route', () => {
    expect(new Gatekeeper(new Authenticator(owner)).credentialOf(OPEN, headOf('X-Auth-Token: good'))).toBeUndefined();
  });

  it.each(['IAM', 'APP', ''])('asks for one on a route with auth "%s"', (auth) => {
    const gatekeeper = new Gatekeeper(new Authenticator(owner));
    expect(() => gatekeeper.credentialOf(makeRoute({ auth }), headOf())).toThrow(expect.objectContaining({ status: 401, code: 'APIG.0301' }));
    expect(() => gatekeeper.credentialOf(makeRoute({ auth }), headOf('Authorization: Bearer x'))).toThrow(expect.objectContaining({ status: 401 }));
    expect(gatekeeper.credentialOf(makeRoute({ auth }), headOf('X-Auth-Token: good'))).toBe('token');
    expect(gatekeeper.credentialOf(makeRoute({ auth }), headOf(SIGNATURE, 'X-Auth-Token: good'))).toBe('signature');
  });

  it('admits callers of the account that owns the route, and nobody else', async () => {
    const head = headOf('X-Auth-Token: good');
    await expect(new Gatekeeper(new Authenticator(owner)).admit(GUARDED, head, 'token', NO_BODY)).resolves.toBeUndefined();
    await expect(new Gatekeeper(new Authenticator(stranger)).admit(GUARDED, head, 'token', NO_BODY)).rejects.toMatchObject({ status: 403, code: 'APIG.0302' });
  });

  it.each([
    ['unauthenticated', 401, 'APIG.0301'],
    ['forbidden', 403, 'APIG.0302'],
    ['unavailable', 503, 'APIG.0601'],
    ['internal', 503, 'APIG.0601'],
  ] as const)('turns "%s" of iam into %s %s', async (kind, status, code) => {
    const gatekeeper = new Gatekeeper(new Authenticator(owner, kind));
    await expect(gatekeeper.admit(GUARDED, headOf('X-Auth-Token: bad'), 'token', NO_BODY)).rejects.toMatchObject({ status, code });
  });

  it('refuses two tokens', async () => {
    const gatekeeper = new Gatekeeper(new Authenticator(owner));
    await expect(gatekeeper.admit(GUARDED, headOf('X-Auth-Token: good', 'X-Auth-Token: bad'), 'token', NO_BODY)).rejects.toMatchObject({ status: 401 });
  });

  it('has a signature checked over the request as it came, with the digest of its body', async () => {
    const authenticator = new Authenticator(owner);
    const head = headOf(SIGNATURE, 'X-Sdk-Date: 20260101T000000Z');
    await new Gatekeeper(authenticator).admit(GUARDED, head, 'signature', Buffer.from('body'));
    expect(authenticator.signed).toEqual([
      {
        method: 'POST',
        requestTarget: `/${GROUP}/a?b=%20`,
        headers: head.headers.fields,
        bodySha256: createHash('sha256').update('body').digest('hex'),
      },
    ]);
  });

  it('remembers a token as long as iam allows, and a refusal not at all', async () => {
    let now = 100;
    const authenticator = new Authenticator({ domainId: DOMAIN, cacheableUntil: 200 });
    const gatekeeper = new Gatekeeper(authenticator, () => now);
    const admit = (token: string) => gatekeeper.admit(GUARDED, headOf(`X-Auth-Token: ${token}`), 'token', NO_BODY);
    await admit('good');
    await admit('good');
    expect(authenticator.tokens).toBe(1);
    now = 200;
    await admit('good');
    expect(authenticator.tokens).toBe(2);
    await expect(admit('bad')).rejects.toMatchObject({ status: 401 });
    await expect(admit('bad')).rejects.toMatchObject({ status: 401 });
    expect(authenticator.tokens).toBe(4);
  });
});
