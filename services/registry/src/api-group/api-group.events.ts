/** Stored events of the stream `api-group:<group_id>`, whose key is the rule that a group has one owner. */
export type ApiGroupEvent = {
  readonly type: 'ApiGroupClaimed';
  readonly data: { readonly groupId: string; readonly domainId: string; readonly projectId: string };
};

const STREAM_PREFIX = 'api-group:';

export function apiGroupStream(groupId: string): string {
  return `${STREAM_PREFIX}${groupId}`;
}
