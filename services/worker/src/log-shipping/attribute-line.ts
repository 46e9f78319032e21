/**
 * The request a line belongs to: the only one that runs, or among several the one whose id the line contains. Empty when nobody
 * can say.
 */
export function attributeLine(text: string, running: ReadonlySet<string>): string {
  if (running.size === 0) return '';
  const ids = running.size === 1 ? [...running] : [...running].filter((id) => text.includes(id));
  return ids.length === 1 ? (ids[0] as string) : '';
}
