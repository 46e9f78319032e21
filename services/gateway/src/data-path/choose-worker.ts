/**
 * The workers in the order in which they are tried for a function (rendezvous hashing): a function keeps its worker, whatever
 * happens to the others, so its warm instances are found again.
 */
export function workersFor<W extends { readonly name: string }>(functionId: string, workers: readonly W[]): readonly W[] {
  return workers
    .map((worker) => ({ worker, score: hash(`${worker.name}\n${functionId}`) }))
    .sort((a, b) => b.score - a.score || (a.worker.name < b.worker.name ? -1 : 1))
    .map(({ worker }) => worker);
}

/** FNV-1a with MurmurHash3's finalizer: FNV alone leaves the scores of similar names close to each other. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) h = Math.imul(h ^ text.charCodeAt(index), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
