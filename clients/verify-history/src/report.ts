import type { Verification } from './verify-export.js';

export const EXIT = { intact: 0, tampered: 1, unusable: 2 } as const;

/** For people. */
export function textReport({ accountId, history, earlier }: Verification): string {
  const { intact, found, findings, checkpoints, events, newest } = history;
  const content = newest?.content;
  const lines = [
    intact ? 'INTACT' : `TAMPERED WITH: ${findings[0]?.message}`,
    '',
    ...(intact ? [] : found > 1 ? [`${found} findings, the first ${Math.min(found, 10)}:`, ...findings.slice(0, 10).map(({ kind, message }) => `  ${kind}: ${message}`), ''] : []),
    `account      ${accountId}`,
    `events       ${events}`,
    `checkpoints  ${checkpoints}, the newest of ${content?.madeAt}`,
    `its hash     ${newest?.hash}`,
    ...(earlier === undefined ? [] : [`kept before  ${earlier.checkpoints} checkpoints, the newest of ${earlier.newest?.content.madeAt}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** For programs. */
export function jsonReport({ accountId, history, earlier }: Verification): string {
  const { intact, found, findings, checkpoints, events, newest } = history;
  const report = {
    result: intact ? 'intact' : 'tampered',
    account_id: accountId,
    events,
    checkpoints,
    newest_checkpoint: { number: newest?.content.number, hash: newest?.hash, made_at: newest?.content.madeAt },
    ...(earlier === undefined ? {} : { earlier_checkpoints: earlier.checkpoints }),
    found,
    findings: findings.map((finding) => ('streamId' in finding ? { ...finding, streamId: undefined, stream_id: finding.streamId } : finding)),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
