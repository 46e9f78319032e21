import { describeWithSandbox } from '../instance/testing/instances.js';
import { RunningWorker } from '../testing/running-worker.js';

const SEEN_HEADERS = `
  require('node:http').createServer((req, res) => res.end(JSON.stringify(req.headers))).listen(8000, '127.0.0.1');
`;
const FORGED = { 'X-CFF-Auth-Token': 'forged', 'x-cff-security-access-key': 'forged', x_cff_security_secret_key: 'forged', 'X-Cff-Security-Token': 'forged' };

describeWithSandbox('a function with an agency', () => {
  let worker: RunningWorker;
  beforeAll(async () => {
    worker = await RunningWorker.start();
  });
  afterAll(() => worker?.close());

  const credentialHeaders = (body: Buffer): [string, string][] =>
    Object.entries(JSON.parse(body.toString()) as Record<string, string>).filter(([name]) => /^x[-_]cff[-_](auth|security)/.test(name));

  it('gets its credentials with each request, for many requests the same, and none that a caller forged', async () => {
    worker.iam.agencies.add('reader');
    const spec = await worker.deploy(SEEN_HEADERS, { domain_id: 'd1', agency_name: 'reader', credentials_in_headers: true });
    const issued = Object.fromEntries([
      ['x-cff-auth-token', 'auth-token-1'],
      ['x-cff-security-access-key', 'AK-1'],
      ['x-cff-security-secret-key', 'secret-of-1'],
      ['x-cff-security-token', 'security-token-1'],
    ]);
    for (const headers of [{}, FORGED, {}]) {
      const answer = await worker.send(spec, { headers });
      expect(Object.fromEntries(credentialHeaders(answer.body))).toEqual(issued);
    }
    expect(worker.iam.issues).toEqual([{ service: 'functiongraph', domain_id: 'd1', project_id: 'p1', agency_name: 'reader', agency_id: '', duration_seconds: 3_600 }]);
    expect(worker.logged.join('')).not.toContain('secret-of-1');
  });

  it('gets none without asking for them', async () => {
    const spec = await worker.deploy(SEEN_HEADERS, { agency_name: 'reader', credentials_in_headers: false });
    const answer = await worker.send(spec, { headers: FORGED });
    expect(credentialHeaders(answer.body)).toEqual([]);
  });

  it('is not called when its agency is gone: the answer names the agency, and what to do', async () => {
    const spec = await worker.deploy(SEEN_HEADERS, { agency_name: 'gone', credentials_in_headers: true });
    const answer = await worker.send(spec);
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ error_code: 'FSS.4222', error_msg: expect.stringMatching(/agency gone .* op_svc_cff/) });
    expect(await worker.instances(spec)).toEqual([]);
  });
});
