import { Glob } from './glob.js';

/** What an action is done to: `service:region:domain:type:path`. The path may hold anything, colons included. */
export interface ResourceName {
  readonly service: string;
  readonly region: string;
  readonly domain: string;
  readonly type: string;
  readonly path: string;
}

/** `undefined` when the text has fewer than five parts. Parts may be empty: a global service has no region. */
export function parseResourceName(text: string): ResourceName | undefined {
  const [service, region, domain, type, ...path] = text.split(':');
  if (service === undefined || region === undefined || domain === undefined || type === undefined || path.length === 0) return undefined;
  return { service, region, domain, type, path: path.join(':') };
}

export function formatResourceName({ service, region, domain, type, path }: ResourceName): string {
  return [service, region, domain, type, path].join(':');
}

/** A resource of a statement. `*` may stand anywhere within a part; only the service is compared without regard to case. */
export class ResourcePattern {
  private constructor(private readonly parts: Readonly<Record<keyof ResourceName, Glob>>) {}

  static of({ service, region, domain, type, path }: ResourceName): ResourcePattern {
    const parts = { service: new Glob(service.toLowerCase()), region: new Glob(region), domain: new Glob(domain), type: new Glob(type), path: new Glob(path) };
    return new ResourcePattern(parts);
  }

  matches(resource: ResourceName): boolean {
    const { service, region, domain, type, path } = this.parts;
    return (
      service.matches(resource.service.toLowerCase()) &&
      type.matches(resource.type) &&
      path.matches(resource.path) &&
      region.matches(resource.region) &&
      domain.matches(resource.domain)
    );
  }
}
