import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './find-program.js';
import { installPackage } from './install-package.js';

describe('a program of the machine', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'windlass-programs-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is found in the first folder of the path that holds an executable of that name', () => {
    writeFileSync(join(folder, 'tool'), '');
    expect(findProgram('tool', folder)).toBeUndefined();
    chmodSync(join(folder, 'tool'), 0o755);
    expect(findProgram('tool', `/nowhere:${folder}`)).toBe(join(folder, 'tool'));
  });

  it('is not installed where no package manager is known, and the reason says what to do', () => {
    expect(installPackage('no-such-tool', folder)).toEqual({ installed: false, why: expect.stringContaining('install the package "no-such-tool"') });
  });
});
