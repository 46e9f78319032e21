import { Metadata } from '@grpc/grpc-js';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { PrincipalSigner, PrincipalVerifier, sourceAddressOf } from './signed-principal.js';

const key = Buffer.alloc(32, 7);
const principal = Principal.fromPartial({ domain_id: 'd1', user_id: 'u1', project_id: 'p1', roles: ['te_admin'] });

function signed(now = 1_000_000): Metadata {
  const metadata = new Metadata();
  new PrincipalSigner(key, () => now).attach(metadata, principal, { requestId: 'r1' });
  return metadata;
}

const verifier = (now = 1_000_000, withKey = key) => new PrincipalVerifier(withKey, () => now);

describe('a signed principal', () => {
  it('is read back as it was signed, with the request id', () => {
    expect(verifier().read(signed())).toEqual({ principal, requestId: 'r1', sourceAddress: '', userAgent: '' });
  });

  it('comes with the address of the client when the edge tells it', () => {
    const metadata = signed();
    expect(sourceAddressOf(metadata)).toBe('');
    new PrincipalSigner(key).attach(metadata, principal, { requestId: 'r1', sourceAddress: '192.0.2.1' });
    expect(sourceAddressOf(metadata)).toBe('192.0.2.1');
  });

  it('comes with what the client calls itself, whatever bytes that has', () => {
    const metadata = new Metadata();
    const userAgent = ` ch\u00e4t\u0000\n\ud83d ${'x'.repeat(1_000)}`;
    new PrincipalSigner(key).attach(metadata, principal, { requestId: 'r1', sourceAddress: '192.0.2.1', userAgent });
    const read = new PrincipalVerifier(key).read(metadata);
    expect(read).toMatchObject({ sourceAddress: '192.0.2.1', userAgent: expect.stringMatching(/^ch\?t\?\?\? x+$/) });
    expect(read.userAgent).toHaveLength(256);
  });

  it('is refused when it is missing', () => {
    expect(() => verifier().read(new Metadata())).toThrow(expect.objectContaining({ kind: 'unauthenticated' }));
  });

  it('is refused when any part was altered', () => {
    const forged = signed();
    forged.set('windlass-principal-bin', Buffer.from(Principal.encode({ ...principal, domain_id: 'd2' }).finish()));
    expect(() => verifier().read(forged)).toThrow(/does not match/);
    const renamed = signed();
    renamed.set('windlass-request-id', 'r2');
    expect(() => verifier().read(renamed)).toThrow(/does not match/);
    for (const name of ['windlass-source-address', 'windlass-user-agent']) {
      const moved = signed();
      moved.set(name, '192.0.2.2');
      expect(() => verifier().read(moved)).toThrow(/does not match/);
    }
  });

  it('is refused under another key', () => {
    expect(() => verifier(1_000_000, Buffer.alloc(32, 8)).read(signed())).toThrow(/does not match/);
  });

  it('is refused five minutes later', () => {
    expect(() => verifier(1_000_000 + 5 * 60_000 + 1).read(signed())).toThrow(/too old/);
  });

  it('cannot be made with a short key', () => {
    expect(() => new PrincipalSigner(Buffer.alloc(16))).toThrow(RangeError);
  });
});
