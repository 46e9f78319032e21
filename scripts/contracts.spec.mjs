// The generated code is committed, so that reading it needs no tool; here it is made again and compared.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const contracts = 'libs/contracts';

function buf(...args) {
  const { status, stderr } = spawnSync(join(root, 'node_modules/.bin/buf'), args, { cwd: join(root, 'proto'), encoding: 'utf8' });
  if (status !== 0) throw new Error(`buf ${args.join(' ')}: ${stderr}`);
}

function filesUnder(folder) {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(files.map((entry) => join(entry.parentPath, entry.name)).map((file) => [relative(folder, file), readFileSync(file, 'utf8')]));
}

describe('the committed contracts are what proto/ says', () => {
  let fresh;
  beforeAll(() => {
    fresh = mkdtempSync(join(tmpdir(), 'windlass-contracts-'));
    // The output folder in buf.gen.yaml begins with "..", so the base must lie a folder deeper.
    buf('generate', '-o', join(fresh, 'proto'));
    buf('build', '-o', join(fresh, 'descriptors.binpb'));
  });
  afterAll(() => rmSync(fresh, { recursive: true, force: true }));

  it('in TypeScript', () => {
    expect(filesUnder(join(root, contracts, 'src/gen'))).toEqual(filesUnder(join(fresh, contracts, 'src/gen')));
  });

  it('and as descriptors', () => {
    expect(readFileSync(join(root, contracts, 'descriptors.binpb')).equals(readFileSync(join(fresh, 'descriptors.binpb')))).toBe(true);
  });
});
