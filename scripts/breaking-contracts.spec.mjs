// What guards the contracts against a break is broken here on purpose, to see it refuse.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const SERVICE = 'windlass/registry/v1/function_service.proto';
const DELETE = /message DeleteFunctionRequest \{[^}]*\}/;

describe('the contracts of the last release', () => {
  let proto;
  beforeEach(() => {
    proto = join(mkdtempSync(join(tmpdir(), 'windlass-breaking-')), 'proto');
    cpSync(join(root, 'proto'), proto, { recursive: true });
  });
  afterEach(() => rmSync(join(proto, '..'), { recursive: true, force: true }));

  function compared() {
    const { status, stdout } = spawnSync(join(root, 'node_modules/.bin/buf'), ['breaking', '--against', 'baseline.binpb'], { cwd: proto, encoding: 'utf8' });
    return { status, stdout };
  }

  function change(from, to) {
    const before = readFileSync(join(proto, SERVICE), 'utf8');
    const after = before.replace(from, to);
    if (after === before) throw new Error('There is nothing to change there any more.');
    writeFileSync(join(proto, SERVICE), after);
  }

  it('are still served by those of today', () => {
    expect(compared()).toEqual({ status: 0, stdout: '' });
  });

  it('may get fields and messages more', () => {
    change(DELETE, (message) => `${message.replace('}', '  string reason = 100;\n}')}\nmessage Added { string name = 1; }`);
    expect(compared()).toEqual({ status: 0, stdout: '' });
  });

  it.each([
    ['a field that goes', (message) => message.replace(/\n\s*string function_urn = 2;/, ''), 'Previously present field "2"'],
    ['a field of another type', (message) => message.replace('string function_urn', 'int64 function_urn'), 'changed type'],
    ['a field of another name', (message) => message.replace('string function_urn', 'string urn'), 'changed'],
  ])('refuse %s', (_, broken, complaint) => {
    change(DELETE, broken);
    expect(compared()).toEqual({ status: 100, stdout: expect.stringContaining(complaint) });
  });
});
