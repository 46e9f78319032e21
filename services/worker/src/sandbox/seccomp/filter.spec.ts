import { seccompFilter, type Architecture } from './filter.js';
import { BpfProgram } from './bpf.js';

const NATIVE = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;

/** Runs a filter as the kernel would: what it answers for one system call. */
function run(filter: Buffer, call: { architecture: number; number: number; arguments?: readonly number[] }): string {
  let accumulator = 0;
  for (let at = 0; ; at += 8) {
    const code = filter.readUInt16LE(at);
    const jump = filter.readUInt8(at + 2) * 8;
    const value = filter.readUInt32LE(at + 4);
    switch (code) {
      case 0x20:
        accumulator = value === 0 ? call.number : value === 4 ? call.architecture : (call.arguments?.[(value - 16) / 8] ?? 0);
        break;
      case 0x15:
        if (accumulator === value) at += jump;
        break;
      case 0x35:
        if (accumulator >= value) at += jump;
        break;
      case 0x45:
        if ((accumulator & value) !== 0) at += jump;
        break;
      case 0x54:
        accumulator &= value;
        break;
      case 0x06:
        return { 0x7fff0000: 'allow', 0x80000000: 'kill', 0x00050001: 'EPERM', 0x00050026: 'ENOSYS', 0x0005005d: 'EPROTONOSUPPORT', 0x00050061: 'EAFNOSUPPORT' }[value] ?? `0x${value.toString(16)}`;
      default:
        throw new Error(`unknown instruction 0x${code.toString(16)}`);
    }
  }
}

describe.each([
  ['x64' as Architecture, { read: 0, mount: 165, clone: 56, socket: 41, clone3: 435, mknodat: 259, bpf: 321 }],
  ['arm64' as Architecture, { read: 63, mount: 40, clone: 220, socket: 198, clone3: 435, mknodat: 33, bpf: 280 }],
])('the filter for %s', (architecture, numbers) => {
  const filter = seccompFilter(architecture);
  const ask = (number: number, ...args: number[]): string => run(filter, { architecture: NATIVE[architecture], number, arguments: args });

  it('kills a process that uses the calls of another architecture', () => {
    expect(run(filter, { architecture: 0x40000003, number: 1 })).toBe('kill');
  });

  it('allows what is not named and refuses what is', () => {
    expect([ask(numbers.read), ask(numbers.mount), ask(numbers.clone3)]).toEqual(['allow', 'EPERM', 'ENOSYS']);
  });

  it('allows processes and threads, and refuses namespaces', () => {
    const thread = 0x3d0f00;
    expect([ask(numbers.clone, 17), ask(numbers.clone, thread), ask(numbers.clone, 17 | 0x10000000), ask(numbers.clone, 17 | 0x00020000)]).toEqual(['allow', 'allow', 'EPERM', 'EPERM']);
  });

  it('allows pipes and sockets in the file system, and refuses devices', () => {
    const [pipe, socket, characters, blocks] = [0o010644, 0o140644, 0o020644, 0o060644];
    expect([pipe, socket, characters, blocks].map((mode) => ask(numbers.mknodat, 0, 0, mode))).toEqual(['allow', 'allow', 'EPERM', 'EPERM']);
    if (architecture === 'x64') expect([pipe, blocks].map((mode) => ask(133, 0, mode))).toEqual(['allow', 'EPERM']);
  });

  it('refuses sockets for whole packets, whatever their flags, and protocols of netlink but the one that lists addresses', () => {
    const CLOEXEC = 0o2000000;
    expect([2, 10].flatMap((family) => [1, 2, 3, 3 | CLOEXEC, 10].map((type) => ask(numbers.socket, family, type)))).toEqual(
      Array.from({ length: 2 }, () => ['allow', 'allow', 'EPERM', 'EPERM', 'EPERM']).flat(),
    );
    expect([0, 4, 12, 21].map((protocol) => ask(numbers.socket, 16, 3, protocol))).toEqual(['allow', 'EPROTONOSUPPORT', 'EPROTONOSUPPORT', 'EPROTONOSUPPORT']);
  });

  it('lets a kernel of its own make walls, and do nothing else that an app may not', () => {
    const around = seccompFilter(architecture, { userKernel: true });
    const askAround = (number: number, ...args: number[]): string => run(around, { architecture: NATIVE[architecture], number, arguments: args });
    expect([askAround(numbers.mount), askAround(numbers.clone, 17 | 0x10000000), askAround(numbers.bpf), askAround(numbers.mknodat, 0, 0, 0o060644)]).toEqual(['allow', 'allow', 'EPERM', 'EPERM']);
  });

  it('allows the socket families that a network namespace walls in', () => {
    expect([1, 2, 10, 16, 17, 38, 40].map((family) => ask(numbers.socket, family))).toEqual(['allow', 'allow', 'allow', 'allow', 'EAFNOSUPPORT', 'EAFNOSUPPORT', 'EAFNOSUPPORT']);
  });
});

it('refuses the other numbers of x86, where the same calls exist once more', () => {
  expect(run(seccompFilter('x64'), { architecture: NATIVE.x64, number: 0x40000000 + 165 })).toBe('ENOSYS');
});

it('assembles no jump it cannot express', () => {
  expect(() => new BpfProgram().jumpIfEqual(1, 'nowhere').assemble()).toThrow('nowhere');
  expect(() => new BpfProgram().label('back').jumpIfEqual(1, 'back').assemble()).toThrow('back');
});
