/** Where a request wants to go: the group that is addressed, and what it asks of it. */
export interface Address {
  /** Id of the API group, 32 hex digits. */
  readonly groupId: string;
  /** Path without the address, not decoded. */
  readonly path: string;
  /** What was removed from the path: "/<group id>", or empty when the host name is the address. */
  readonly prefix: string;
}

const GROUP_HOST = /^([0-9a-f]{32})\../i;
const GROUP_SEGMENT = /^\/([0-9a-f]{32})(?=\/|$)/;

/** "<group id>.<anything>" as the host, or the group id as the first path segment; undefined when it is neither. */
export function parseAddress(host: string, path: string): Address | undefined {
  const label = GROUP_HOST.exec(host)?.[1];
  if (label !== undefined) return { groupId: label.toLowerCase(), path, prefix: '' };
  const segment = GROUP_SEGMENT.exec(path)?.[1];
  if (segment === undefined) return undefined;
  const prefix = `/${segment}`;
  return { groupId: segment, path: path.slice(prefix.length) || '/', prefix };
}
