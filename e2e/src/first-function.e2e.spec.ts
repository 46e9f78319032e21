import { credentials } from './harness/tenant.js';

// The newcomer's way: start, then curl the URL that was printed.
describe('the demo function', () => {
  it('answers at the printed URL from its Express app', async () => {
    const response = await fetch(credentials().demo.url);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-powered-by')).toBe('Express');
    expect(await response.json()).toMatchObject({ message: 'Hello from Express on Windlass', function: 'hello-express', version: 'latest' });
  });

  it('gets method, path, query, headers and body as they were sent', async () => {
    const response = await fetch(`${credentials().demo.url}a%20b/%C3%A9/..%2Fx?q=1&q=2&empty=&plus=a+b`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Custom': 'Gruesse', Accept: 'application/json' },
      body: 'Zeile eins\r\nligne deux é 日本',
    });
    const echo = (await response.json()) as { method: string; url: string; headers: Record<string, string>; body: string };
    expect(echo).toMatchObject({
      method: 'PATCH',
      url: '/a%20b/%C3%A9/..%2Fx?q=1&q=2&empty=&plus=a+b',
      body: 'Zeile eins\r\nligne deux é 日本',
      headers: { 'content-type': 'text/plain; charset=utf-8', 'x-custom': 'Gruesse', accept: 'application/json' },
    });
  });

  it('gets the eight headers of the documented table, whatever the client forged', async () => {
    const { demo, region } = credentials();
    const response = await fetch(`${demo.url}echo`, { headers: { 'X-CFF-Project-Id': 'forged', 'x-cff-request-id': 'forged', 'x-windlass-func-id': 'forged' } });
    const { headers } = (await response.json()) as { headers: Record<string, string> };
    const table = Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-cff-')));
    expect(table).toEqual({
      'x-cff-request-id': response.headers.get('x-request-id'),
      'x-cff-memory': '256',
      'x-cff-timeout': '30',
      'x-cff-func-version': 'latest',
      'x-cff-func-name': 'hello-express',
      'x-cff-project-id': demo.project_id,
      'x-cff-package': 'default',
      'x-cff-region': region,
    });
    expect(Object.keys(headers).filter((name) => name.startsWith('x-windlass-'))).toEqual([]);
  });

  it('is reached by a host name of the group too, as behind real DNS', async () => {
    const { demo, gateway } = credentials();
    const [, group] = new URL(demo.url).pathname.split('/');
    const { request } = await import('node:http');
    const body = await new Promise<string>((resolve, reject) => {
      const call = request(`${gateway}/by/host`, { headers: { host: `${group}.apig.local-1.localhost:7480` } }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(text));
      });
      call.on('error', reject).end();
    });
    expect(JSON.parse(body)).toMatchObject({ url: '/by/host' });
  });
});
