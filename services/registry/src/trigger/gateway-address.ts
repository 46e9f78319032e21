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

  /** Host name of a group. The gateway accepts it in any case; it only resolves where a domain is configured. */
  subDomain(groupId: string): string {
    return `${groupId}.${this.url.domain ?? `apig.${this.region}.localhost`}`;
  }

  invokeUrl(groupId: string, path: string): string {
    const { scheme, host, port, domain } = this.url;
    const authority = port === DEFAULT_PORTS[scheme] ? '' : `:${port}`;
    return domain === undefined ? `${scheme}://${host}${authority}/${groupId}${path}` : `${scheme}://${groupId}.${domain}${authority}${path}`;
  }
}
