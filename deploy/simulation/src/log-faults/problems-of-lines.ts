/** What a stream should hold: of each instance, the number of the last line that was acknowledged. */
export type Acknowledged = ReadonlyMap<string, number>;

const LINE = /^line (\S+) (\d+)$/;

/**
 * What is wrong with the lines of a stream, in words: an acknowledged one is missing, one is there twice, or one instance's are not in order. Lines
 * beyond the acknowledged ones may be there or not, but without a gap.
 */
export function problemsOfLines(lines: readonly string[], acknowledged: Acknowledged): string[] {
  const problems: string[] = [];
  const last = new Map<string, number>();
  for (const line of lines) {
    const [, instance, digits] = LINE.exec(line) ?? [];
    if (instance === undefined) {
      problems.push(`"${line}" was not written`);
      continue;
    }
    const number = Number(digits);
    const before = last.get(instance) ?? 0;
    if (number <= before) problems.push(`line ${number} of ${instance} is there again after ${before}`);
    else if (number > before + 1) problems.push(`lines ${before + 1} to ${number - 1} of ${instance} are missing`);
    last.set(instance, Math.max(before, number));
  }
  for (const [instance, number] of acknowledged) {
    const end = last.get(instance) ?? 0;
    if (end < number) problems.push(`${instance} ends with line ${end}, and ${number} was acknowledged`);
  }
  return problems;
}
