/** What the doctor found about one feature or limit. */
export interface Finding {
  readonly name: string;
  /**
   * `yes`: as documented. `weaker`: by lesser means, which tenants who do not trust each other should not share. `absent`: something
   * functions can be run without. `fails`: no function can run.
   */
  readonly state: 'yes' | 'weaker' | 'absent' | 'fails';
  readonly how: string;
  /** What to do about it; none where it is as documented. */
  readonly remedy?: string;
}

/** Whether this machine does all that docs/sandbox.md promises, but for what is not needed by every function. */
export function isWell(findings: readonly Finding[]): boolean {
  return findings.every(({ state }) => state === 'yes' || state === 'absent');
}

const MARKS = { yes: 'ok', weaker: 'WEAKER', absent: 'absent', fails: 'FAILS' } as const;

export function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.flatMap(({ name, state, how, remedy }) => [
    `${MARKS[state].padEnd(6)}  ${name.padEnd(width)}  ${how}`,
    ...(remedy === undefined ? [] : [`${' '.repeat(width + 10)}→ ${remedy}`]),
  ]);
  return `${lines.join('\n')}\n`;
}
