import { WindlassError, type ErrorKind } from '@windlass/errors';
import { createLogger } from '@windlass/telemetry';
import { exampleSpec } from '../testing/example-spec.js';
import { CredentialCache } from './credential-cache.js';
import type { AgencyInProject, FunctionCredentials } from './credentials.js';

const MINUTE = 60_000;
const spec = exampleSpec({ agency_name: 'reader', credentials_in_headers: true });

/** Iam as a test wants it, a clock it moves, and the cache between them. */
class Scene {
  now = 1_000_000_000;
  lifeMs = 60 * MINUTE;
  failing: ErrorKind | undefined;
  /** While set, issues wait for it. */
  gate: Promise<void> | undefined;
  readonly issues: AgencyInProject[] = [];
  readonly logged: string[] = [];
  readonly cache: CredentialCache;

  constructor(limits: { maxAgencies?: number; maxRenewals?: number } = {}) {
    const logger = createLogger('test', { destination: { write: (line) => void this.logged.push(line) } });
    const all = { renewAfterMs: 10 * MINUTE, remainingMs: 15 * MINUTE, maxAgencies: 10, maxRenewals: 10, leastPauseMs: 1_000, mostPauseMs: 4_000, ...limits };
    this.cache = new CredentialCache((agency) => this.issue(agency), logger, () => this.now, all);
  }

  private async issue(agency: AgencyInProject): Promise<FunctionCredentials> {
    this.issues.push(agency);
    const nth = this.issues.length;
    await this.gate;
    if (this.failing !== undefined) throw new WindlassError({ kind: this.failing, reason: 'X', code: 'IAM.0', message: 'no' });
    return { accessKey: `AK${nth}`, secretKey: `secret ${nth}`, securityToken: `st ${nth}`, authToken: `at ${nth}`, expiresAt: this.now + this.lifeMs };
  }
}

/** Lets what an issue set going come to its end. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the credentials of functions', () => {
  it('are none for a function without an agency, or that does not want them in its headers', () => {
    const { cache, issues } = new Scene();
    expect(cache.find(exampleSpec({ agency_name: '', credentials_in_headers: true }))).toBeUndefined();
    expect(cache.find(exampleSpec({ agency_name: 'reader', credentials_in_headers: false }))).toBeUndefined();
    expect(issues).toEqual([]);
  });

  it('are asked for once, however many requests come first, and are at hand from then on', async () => {
    const scene = new Scene();
    const found = await Promise.all([scene.cache.find(spec), scene.cache.find(spec), scene.cache.find({ ...spec })]);
    expect(found.map((credentials) => credentials?.accessKey)).toEqual(['AK1', 'AK1', 'AK1']);
    expect(scene.cache.find(spec)).toMatchObject({ accessKey: 'AK1', secretKey: 'secret 1', securityToken: 'st 1', authToken: 'at 1' });
    expect(scene.issues).toEqual([{ domainId: 'd1', projectId: 'p1', name: 'reader' }]);
  });

  it('are those of the account, the project and the agency of the function', async () => {
    const scene = new Scene();
    await scene.cache.find(spec);
    await expect(scene.cache.find(exampleSpec({ ...spec, domain_id: 'd2' }))).resolves.toMatchObject({ accessKey: 'AK2' });
    await expect(scene.cache.find(exampleSpec({ ...spec, agency_name: 'writer' }))).resolves.toMatchObject({ accessKey: 'AK3' });
    await expect(scene.cache.find(exampleSpec({ ...spec, project_id: 'p2' }))).resolves.toMatchObject({ accessKey: 'AK4' });
    expect(scene.cache.find(spec)).toMatchObject({ accessKey: 'AK1' });
  });

  it('are renewed in the background, while requests go on with those that are there', async () => {
    const scene = new Scene();
    await scene.cache.find(spec);
    scene.now += 10 * MINUTE;
    expect(scene.cache.find(spec)).toMatchObject({ accessKey: 'AK1' });
    expect(scene.cache.find(spec)).toMatchObject({ accessKey: 'AK1' });
    await settled();
    expect(scene.cache.find(spec)).toMatchObject({ accessKey: 'AK2' });
    expect(scene.issues).toHaveLength(2);
  });

  it('are waited for when those that are there may end during the request', async () => {
    const scene = new Scene();
    await scene.cache.find(spec);
    scene.now += 46 * MINUTE;
    await expect(scene.cache.find(spec)).resolves.toMatchObject({ accessKey: 'AK2' });
  });

  it('that iam makes shorter than asked for are used for most of their life', async () => {
    const scene = new Scene();
    scene.lifeMs = 6 * MINUTE;
    await scene.cache.find(spec);
    scene.now += 3 * MINUTE;
    expect(scene.cache.find(spec)).toMatchObject({ accessKey: 'AK1' });
    scene.now += 1 * MINUTE;
    await expect(scene.cache.find(spec)).resolves.toMatchObject({ accessKey: 'AK2' });
  });

  it('are used to their end while iam cannot be reached, and then requests fail instead of going without', async () => {
    const scene = new Scene();
    await scene.cache.find(spec);
    scene.failing = 'unavailable';
    scene.now += 30 * MINUTE;
    expect(scene.cache.find(spec)).toMatchObject({ accessKey: 'AK1' });
    scene.now += 29 * MINUTE;
    await expect(scene.cache.find(spec)).resolves.toMatchObject({ accessKey: 'AK1' });
    scene.now += 1 * MINUTE;
    await expect(scene.cache.find(spec)).rejects.toMatchObject({ outcome: { kind: 'CREDENTIALS_UNAVAILABLE' } });
    scene.failing = undefined;
    scene.now += 4_000;
    await expect(scene.cache.find(spec)).resolves.toMatchObject({ accessKey: expect.stringMatching(/^AK/) });
  });

  it.each<ErrorKind>(['not_found', 'forbidden', 'precondition_failed'])('are given up at once when iam refuses the agency: %s', async (kind) => {
    const scene = new Scene();
    await scene.cache.find(spec);
    scene.failing = kind;
    scene.now += 10 * MINUTE;
    void scene.cache.find(spec);
    await settled();
    await expect(scene.cache.find(spec)).rejects.toMatchObject({ outcome: { kind: 'AGENCY_UNUSABLE', agency: 'reader' } });
  });

  it('are not asked for again before a pause that grows with each failure, and each failure is logged without a secret', async () => {
    const scene = new Scene();
    scene.failing = 'unavailable';
    const failed = async (): Promise<void> => expect(scene.cache.find(spec)).rejects.toMatchObject({ outcome: { kind: 'CREDENTIALS_UNAVAILABLE' } });
    for (const pauseMs of [1_000, 2_000, 4_000, 4_000]) {
      const before = scene.issues.length;
      await failed();
      scene.now += pauseMs - 1;
      await failed();
      expect(scene.issues).toHaveLength(before + 1);
      scene.now += 1;
    }
    expect(scene.logged).toHaveLength(4);
    expect(JSON.parse(scene.logged[0] ?? '')).toMatchObject({ domainId: 'd1', agency: 'reader', pauseMs: 1_000 });
    scene.failing = undefined;
    await scene.cache.find(spec);
    expect(scene.logged.join('')).not.toMatch(/secret \d|st \d|at \d/);
  });

  it('are remembered for a bounded number of agencies: the one unused the longest is forgotten', async () => {
    const scene = new Scene({ maxAgencies: 2 });
    const of = (name: string) => exampleSpec({ ...spec, agency_name: name });
    for (const name of ['a', 'b', 'a', 'c']) await scene.cache.find(of(name));
    expect(scene.cache.find(of('a'))).toMatchObject({ accessKey: 'AK1' });
    await expect(scene.cache.find(of('b'))).resolves.toMatchObject({ accessKey: 'AK4' });
  });

  it('are asked for by a bounded number of calls at once', async () => {
    const scene = new Scene({ maxRenewals: 1 });
    let open = (): void => undefined;
    scene.gate = new Promise((resolve) => (open = resolve));
    const first = scene.cache.find(spec);
    const second = exampleSpec({ ...spec, agency_name: 'writer' });
    await expect(scene.cache.find(second)).rejects.toMatchObject({ outcome: { kind: 'CREDENTIALS_UNAVAILABLE' } });
    open();
    await expect(first).resolves.toMatchObject({ accessKey: 'AK1' });
    await expect(scene.cache.find(second)).resolves.toMatchObject({ accessKey: 'AK2' });
  });
});
