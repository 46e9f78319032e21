import { unifiedFolders, v1Hierarchies, v2Parents } from './find-resource-groups.js';

describe('finding where groups can be made', () => {
  it('takes the parent of a delegated group first, then the root of the hierarchy', () => {
    const mounts = '30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n';
    expect(v2Parents(mounts, '0::/system.slice/windlass.service/supervisor\n')).toEqual(['/sys/fs/cgroup/system.slice/windlass.service', '/sys/fs/cgroup']);
    expect(v2Parents(mounts, '0::/\n')).toEqual(['/sys/fs/cgroup']);
  });

  it('takes its own group of the unified hierarchy for what needs no controller, then the root', () => {
    const mounts = '30 23 0:26 / /sys/fs/cgroup/unified rw shared:9 - cgroup2 cgroup2 rw\n';
    expect(unifiedFolders(mounts, '2:pids:/\n0::/user.slice\n')).toEqual(['/sys/fs/cgroup/unified/user.slice', '/sys/fs/cgroup/unified']);
    expect(unifiedFolders(mounts, '2:pids:/\n0::/\n')).toEqual(['/sys/fs/cgroup/unified']);
    expect(unifiedFolders('', '2:pids:/\n')).toEqual([]);
  });

  it("takes the worker's own group in each v1 hierarchy, also where several controllers share a mount", () => {
    const mounts = [
      '31 30 0:27 / /sys/fs/cgroup/memory rw shared:10 - cgroup cgroup rw,memory',
      '32 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw shared:11 - cgroup cgroup rw,cpu,cpuacct',
      '33 30 0:29 /docker/abc /sys/fs/cgroup/pids rw shared:12 - cgroup cgroup rw,pids',
    ].join('\n');
    const own = '4:memory:/user.slice\n3:cpu,cpuacct:/user.slice\n2:pids:/docker/abc/inner\n1:name=systemd:/x\n0::/\n';
    expect(v1Hierarchies(mounts, own)).toEqual({
      memory: '/sys/fs/cgroup/memory/user.slice',
      cpu: '/sys/fs/cgroup/cpu,cpuacct/user.slice',
      pids: '/sys/fs/cgroup/pids/inner',
    });
  });

  it('finds no v1 where a controller is missing', () => {
    expect(v1Hierarchies('31 30 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n', '4:memory:/\n')).toBeUndefined();
  });
});
