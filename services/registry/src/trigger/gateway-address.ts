import { badEventData } from './trigger.errors.js';
import type { GatewayTriggerType } from './trigger.state.js';

/** Where the gateway is reached from outside. */
export interface GatewayUrl {
  readonly scheme: 'http' | 'https';
  /** Host when no wildcard domain is configured. */
  readonly host: string;
  readonly port: number;
  /** Domain below which every group has its own name, by wildcard DNS. */
  readonly domain?: string;
}

const DEFAULT_PORTS = { http: 80, https: 443 };

/** Addresses of API groups: a host name of their own where there is wildcard DNS, the first path segment where not. */
export class GatewayAddress {
  constructor(
    private readonly url: GatewayUrl,
    private readonly region: string,
  ) {}

  get scheme(): GatewayUrl['scheme'] {
    return this.url.scheme;
  }

  /** Host name of a group. The gateway accepts it in any case; it only resolves where a domain is configured. */
  subDomain(groupId: string): string {
    return `${groupId}.${this.url.domain ?? `apig.${this.region}.localhost`}`;
  }

  /** Passes when nothing is said of the group's host name, or what is so. */
  requireSubDomain(type: GatewayTriggerType, groupId: string, said: string | undefined): void {
    const known = this.subDomain(groupId);
    if (said !== undefined && said.toLowerCase() !== known) {
      throw badEventData(type, `sl_domain is ${JSON.stringify(said.slice(0, 80))}, but the group has the name ${known}. Leave it out.`);
    }
  }

  invokeUrl(groupId: string, path: string): string {
    const { scheme, host, port, domain } = this.url;
    const authority = port === DEFAULT_PORTS[scheme] ? '' : `:${port}`;
    return domain === undefined ? `${scheme}://${host}${authority}/${groupId}${path}` : `${scheme}://${groupId}.${domain}${authority}${path}`;
  }
}
