import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { BucketLinks, isOwnNetwork, withoutSignature } from './bucket-links.js';

describe('code behind a URL', () => {
  let server: Server;
  let origin: string;
  let asked: string[];
  let answer: RequestListener;

  beforeEach(async () => {
    asked = [];
    answer = (_, response) => response.end('the object');
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`);
      answer(request, response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const fetch = (url: string, { endpoints = [origin], limit = 100 } = {}) => new BucketLinks(endpoints).fetch(url, limit);

  it('is fetched as the URL says, its signature included, without a credential of the platform', async () => {
    expect(String(await fetch(`${origin}/bucket/code.zip?X-Amz-Signature=ab`))).toBe('the object');
    expect(asked).toEqual(['GET /bucket/code.zip?X-Amz-Signature=ab ']);
    expect(withoutSignature(`${origin}/bucket/code.zip?X-Amz-Signature=ab#x`)).toBe(`${origin}/bucket/code.zip`);
  });

  it.each([
    ['where the operator has named no server', (at: string) => `${at}/b/c`, []],
    ['of another server', () => 'http://169.254.169.254/latest/meta-data', undefined],
    ['of another port', () => 'http://127.0.0.1:1/b/c', undefined],
    ['of another scheme', (at: string) => at.replace('http', 'https') + '/b/c', undefined],
    ['of the machine by another name', (at: string) => at.replace('127.0.0.1', 'localhost') + '/b/c', undefined],
    ['that only looks like the server', (at: string) => at.replace('127.0.0.1', '127.0.0.1.nip.example') + '/b/c', undefined],
    ['that hides the server behind a user name', (at: string) => at.replace('http://', 'http://good@') + '/b/c', undefined],
    ['of no object', (at: string) => at, undefined],
    ['of a file', () => 'file:///etc/passwd', undefined],
    ['that is none', () => 'bucket/code.zip', undefined],
  ])('%s is refused and nobody is asked', async (_what, url, endpoints) => {
    await expect(fetch(url(origin), endpoints === undefined ? {} : { endpoints })).rejects.toMatchObject({ kind: 'invalid', code: 'FSS.1010' });
    expect(asked).toEqual([]);
  });

  it('in a bucket named below the server is refused when that name leads to this machine', async () => {
    const { port } = server.address() as AddressInfo;
    // Every resolver answers names below localhost with this machine.
    await expect(fetch(`http://bucket.localhost:${port}/code.zip`, { endpoints: [`http://localhost:${port}`] })).rejects.toMatchObject({ kind: 'unavailable', code: 'FSS.0503' });
    expect(asked).toEqual([]);
  });

  it.each([
    ['a redirect', 302, 'FSS.1010'],
    ['a refusal', 403, 'FSS.1010'],
    ['no such object', 404, 'FSS.1054'],
    ['trouble of the server', 500, 'FSS.0503'],
  ])('that is answered with %s fails, and no other URL is asked', async (_what, status, code) => {
    answer = (_, response) => response.writeHead(status, { location: `${origin}/elsewhere` }).end();
    await expect(fetch(`${origin}/b/c`)).rejects.toMatchObject({ code });
    expect(asked).toHaveLength(1);
  });

  it('that is too large is not read to its end, whether it says so or not', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-length': 101 }).end('x'.repeat(101));
    await expect(fetch(`${origin}/b/c`)).rejects.toMatchObject({ kind: 'too_large', code: 'FSS.1071' });
    answer = (_, response) => void setInterval(() => response.write('x'.repeat(64)), 1).unref();
    await expect(fetch(`${origin}/b/c`)).rejects.toMatchObject({ kind: 'too_large', code: 'FSS.1071' });
  });

  it('that breaks off is not taken for whole', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': 50 });
      response.write('half', () => response.destroy());
    };
    await expect(fetch(`${origin}/b/c`)).rejects.toMatchObject({ kind: 'unavailable', code: 'FSS.0503' });
  });

  it.each(['127.0.0.1', '0.0.0.0', '169.254.169.254', '224.0.0.1', '::1', '::', 'fe80::1', '::ffff:127.0.0.1', '255.255.255.255'])('is not fetched from %s behind a name', (address) => {
    expect(isOwnNetwork(address)).toBe(true);
  });
  it.each(['192.0.2.1', '10.0.0.1', '2001:db8::1', '::ffff:192.0.2.1'])('may be fetched from %s', (address) => expect(isOwnNetwork(address)).toBe(false));
});
