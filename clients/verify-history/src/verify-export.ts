import type { KeyObject } from 'node:crypto';
import { HistoryVerifier, type KeptHistory, type SealedEvent, type VerifiedHistory } from '@windlass/hash-chain';
import { readExport } from './read-export.js';
import { Unusable, type Wanted } from './usage.js';

export interface Verification {
  readonly accountId: string;
  readonly history: VerifiedHistory;
  /** What an earlier export said, when one was given. */
  readonly earlier: VerifiedHistory | undefined;
}

/** Checks an export by the keys, and by an earlier one where there is one, which must itself be intact. */
export async function verifyExport({ exportFile, earlierFile }: Pick<Wanted, 'exportFile' | 'earlierFile'>, keys: readonly KeyObject[]): Promise<Verification> {
  if (earlierFile === undefined) return { ...(await verifyFile(exportFile, keys)), earlier: undefined };
  const checkpoints = new Map<number, string>();
  const sealed = new Map<string, SealedEvent[]>();
  const earlier = await verifyFile(earlierFile, keys, undefined, { checkpoints, sealed });
  const [wrong] = earlier.history.findings;
  if (wrong !== undefined) throw new Unusable(`${earlierFile} is no measure, as it is not intact itself: ${wrong.message}`);
  const later = await verifyFile(exportFile, keys, { checkpoints, sealed });
  if (later.accountId !== earlier.accountId) throw new Unusable(`${earlierFile} is of another account, ${earlier.accountId}.`);
  return { ...later, earlier: earlier.history };
}

/** What of an export is kept to measure a later one by. */
interface Keeping {
  readonly checkpoints: Map<number, string>;
  readonly sealed: Map<string, SealedEvent[]>;
}

async function verifyFile(file: string, keys: readonly KeyObject[], kept?: KeptHistory, keep?: Keeping): Promise<{ readonly accountId: string; readonly history: VerifiedHistory }> {
  let verifier: HistoryVerifier | undefined;
  let account = '';
  for await (const { accountId, records } of readExport(file)) {
    account = accountId;
    verifier ??= new HistoryVerifier(accountId, keys, kept);
    for (const record of records) {
      if (record.kind === 'checkpoint') {
        verifier.addCheckpoint(record.checkpoint);
        keep?.checkpoints.set(record.checkpoint.content.number, record.checkpoint.hash);
        continue;
      }
      verifier.addEvent(record);
      if (keep !== undefined && record.sealed !== undefined) sealsOf(keep, record.service).push(record.sealed);
    }
  }
  const history = verifier?.finish();
  if (history?.newest === undefined) throw new Unusable(`${file} holds no checkpoint, so there is nothing to measure it by.`);
  return { accountId: account, history };
}

function sealsOf({ sealed }: Keeping, service: string): SealedEvent[] {
  let seals = sealed.get(service);
  if (seals === undefined) sealed.set(service, (seals = []));
  return seals;
}
