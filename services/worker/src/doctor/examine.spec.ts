import type { HostIsolation } from '../instance/index.js';
import { describeIsolation } from './examine.js';
import { formatFindings, isWell } from './finding.js';

const FULL: HostIsolation = {
  hostUids: 'per-instance',
  cgroups: 'v2',
  declined: [],
  freezing: 'cgroup',
  strong: { program: '/usr/bin/runsc', version: 'release-1' },
  publicAccess: 'relayed',
};
const find = (isolation: HostIsolation, name: string) => describeIsolation(isolation, 'bubblewrap 1').find((finding) => finding.name === name);

describe('what the doctor says of a machine', () => {
  it('that enforces everything', () => {
    const findings = describeIsolation(FULL, 'bubblewrap 1');
    expect([isWell(findings), new Set(findings.map(({ state }) => state))]).toEqual([true, new Set(['yes'])]);
    expect(find(FULL, 'memory')?.how).toContain('cgroup v2');
  });

  it('that gives the worker no cgroup: which limits are weaker, why, and what to do', () => {
    const weak: HostIsolation = { ...FULL, hostUids: 'shared', cgroups: 'none', declined: ['/sys/fs/cgroup has no cpu controller'], freezing: 'signals' };
    const findings = describeIsolation(weak, 'bubblewrap 1');
    expect(findings.filter(({ state }) => state === 'weaker').map(({ name }) => name)).toEqual(['user of an instance', 'memory', 'processor time', 'processes', 'idle instances']);
    expect(find(weak, 'processor time')).toMatchObject({ how: 'not limited', remedy: expect.stringMatching(/Delegate=cpu memory pids.*has no cpu controller/) });
    expect(isWell(findings)).toBe(false);
  });

  it('that lacks what not every function needs, which is no illness', () => {
    const bare: HostIsolation = { ...FULL, publicAccess: { missing: 'no tun' }, strong: { missing: 'no runsc' } };
    expect([find(bare, 'public access')?.state, find(bare, 'strong isolation')?.how]).toEqual(['absent', 'no runsc']);
    expect(isWell(describeIsolation(bare, 'bubblewrap 1'))).toBe(true);
  });

  it('in lines that can be read', () => {
    expect(formatFindings([{ name: 'one', state: 'yes', how: 'well' }, { name: 'other', state: 'weaker', how: 'less', remedy: 'do this' }])).toBe(
      'ok      one    well\nWEAKER  other  less\n               → do this\n',
    );
  });
});
