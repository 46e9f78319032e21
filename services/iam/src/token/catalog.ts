import { createHash } from 'node:crypto';
import type { CatalogEntry } from '@windlass/contracts/iam/v1/token_service';

// Services of the whole platform are in the catalog of every token, those of a region in that of a token of a project.
const SERVICES = [
  { name: 'identity', type: 'identity', path: '/v3', of: 'platform' },
  { name: 'iam', type: 'iam', path: '/v3.0', of: 'platform' },
  { name: 'fgs', type: 'fgs', path: '/v2/{project_id}', of: 'region' },
  { name: 'lts', type: 'lts', path: '/v2/{project_id}', of: 'region' },
  { name: 'kms', type: 'kms', path: '/v1.0', of: 'region' },
] as const;

/** Where the services are, for a token of the project or, without one, of the account. Base paths as Terraform knows them. */
export function catalogOf(deployment: { publicApiUrl: string; region: string }, projectId: string | undefined): CatalogEntry[] {
  return SERVICES.filter(({ of }) => of === 'platform' || projectId !== undefined).map(({ name, type, path, of }) => {
    const region = of === 'platform' ? '*' : deployment.region;
    const url = `${deployment.publicApiUrl}${path.replace('{project_id}', projectId ?? '')}`;
    const endpoint = { id: stableId('endpoint', name, region), interface: 'public', region, region_id: region, url };
    return { id: stableId('service', name), name, type, endpoints: [endpoint] };
  });
}

/** The same id at every start, in the form of all ids. */
function stableId(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);
}
