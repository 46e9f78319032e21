import { catalogOf } from './catalog.js';

const deployment = { publicApiUrl: 'http://127.0.0.1:7400', region: 'local-1' };
const urls = (projectId: string | undefined) => catalogOf(deployment, projectId).map(({ type, endpoints }) => [type, endpoints[0]!.region_id, endpoints[0]!.url]);

describe('the catalog', () => {
  it('of a project has every service, with the project where its path has one', () => {
    expect(urls('p1')).toEqual([
      ['identity', '*', 'http://127.0.0.1:7400/v3'],
      ['iam', '*', 'http://127.0.0.1:7400/v3.0'],
      ['fgs', 'local-1', 'http://127.0.0.1:7400/v2/p1'],
      ['lts', 'local-1', 'http://127.0.0.1:7400/v2/p1'],
      ['kms', 'local-1', 'http://127.0.0.1:7400/v1.0'],
    ]);
  });

  it('of an account has the services of the whole platform only', () => {
    expect(urls(undefined).map(([type]) => type)).toEqual(['identity', 'iam']);
  });

  it('has ids of 32 hex digits, all different and the same each time', () => {
    const ids = catalogOf(deployment, 'p1').flatMap(({ id, endpoints }) => [id, ...endpoints.map((endpoint) => endpoint.id)]);
    expect(new Set(ids).size).toBe(10);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(catalogOf(deployment, 'p1')).toEqual(catalogOf(deployment, 'p1'));
  });
});
