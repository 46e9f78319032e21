/** How much of each kind a project holds. */
export interface ResourceCounts {
  readonly functions: number;
  readonly logGroups: number;
  readonly keys: number;
}

/** What there is, such as "2 functions, 1 log group and 3 keys"; nothing when there is nothing. */
export function describeCounts({ functions, logGroups, keys }: ResourceCounts): string | undefined {
  const parts = [
    { count: functions, of: 'function' },
    { count: logGroups, of: 'log group' },
    { count: keys, of: 'key' },
  ];
  const present = parts.filter(({ count }) => count > 0).map(({ count, of }) => `${count} ${of}${count === 1 ? '' : 's'}`);
  const last = present.pop();
  return present.length === 0 ? last : `${present.join(', ')} and ${last}`;
}
