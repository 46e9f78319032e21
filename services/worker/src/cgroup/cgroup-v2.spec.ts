import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CgroupsV2 } from './cgroup-v2.js';

// A plain folder stands for the hierarchy: it shows which files are written, not what a kernel makes of them.
describe('limits in cgroup v2', () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'windlass-cgroup-'));
    writeFileSync(join(parent, 'cgroup.controllers'), 'cpuset cpu io memory pids\n');
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  const folderOf = (name: string): string => join(parent, readdirSync(parent).find((entry) => entry.startsWith(`windlass-worker-${process.pid}-`)) ?? '', 'tenant-acme', name);
  const limits = { memoryBytes: 128 << 20, fileBytes: 64 << 20, cpuMillicores: 250, processes: 1024 };

  it('gives memory room for files, and processor time and processes as told', async () => {
    await new CgroupsV2(parent).create('one', 'acme', limits).add(42);
    const folder = folderOf('one');
    const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
    expect(Object.fromEntries(readdirSync(folder).filter((name) => name !== 'app').map((name) => [name, read(name)]))).toEqual({
      'memory.max': String(192 << 20),
      'memory.oom.group': '1',
      'cpu.max': '25000 100000',
      'pids.max': '1024',
    });
    expect(read('app/cgroup.procs')).toBe('42');
    expect(readFileSync(join(parent, 'cgroup.subtree_control'), 'utf8')).toBe('+cpu +memory +pids');
  });

  it('changes the share of the processor, also of a group that is gone', async () => {
    const group = new CgroupsV2(parent).create('one', 'acme', limits);
    group.limitCpu(500);
    expect(readFileSync(join(folderOf('one'), 'cpu.max'), 'utf8')).toBe('50000 100000');
    rmSync(folderOf('one'), { recursive: true });
    group.limitCpu(250);
    expect(existsSync(folderOf('one'))).toBe(false);
  });

  it('reads use and kills, and nothing of a group that is gone', () => {
    const group = new CgroupsV2(parent).create('one', 'acme', limits);
    const folder = folderOf('one');
    expect([group.usedBytes(), group.outOfMemoryKills()]).toEqual([0, 0]);
    writeFileSync(join(folder, 'memory.stat'), 'anon 4096\nfile 81920\n');
    writeFileSync(join(folder, 'memory.events'), 'low 0\noom 2\noom_kill 1\n');
    expect([group.usedBytes(), group.outOfMemoryKills()]).toEqual([4096, 1]);
  });

  it('are within a part of the processor that tenants have in equal measure', () => {
    const groups = new CgroupsV2(parent);
    groups.create('one', 'acme', limits);
    groups.create('two', 'acme', limits);
    groups.create('three', '../other', limits);
    const tenants = readdirSync(folderOf('..')).filter((name) => name.startsWith('tenant-')).sort();
    expect(tenants).toEqual([expect.stringMatching(/^tenant-[0-9a-f]{32}$/), 'tenant-acme']);
    expect(existsSync(join(folderOf('two'), 'cpu.max'))).toBe(true);
    expect(readFileSync(folderOf('cgroup.subtree_control'), 'utf8')).toBe('+cpu +memory +pids');
  });

  it('is not for a folder that lacks a controller', () => {
    writeFileSync(join(parent, 'cgroup.controllers'), 'cpu pids\n');
    expect(() => new CgroupsV2(parent)).toThrow('no memory controller');
  });

  it('removes the groups of a worker that was killed, and of no other', () => {
    const dead = join(parent, 'windlass-worker-4194305-00'); // Above the largest pid there can be.
    const alive = join(parent, `windlass-worker-${process.ppid}-00`);
    for (const folder of [dead, alive]) mkdirSync(join(folder, 'one'), { recursive: true });
    new CgroupsV2(parent);
    expect([existsSync(dead), existsSync(join(alive, 'one'))]).toEqual([false, true]);
  });
});
