import { seccompFilter, type Architecture } from './filter.js';
import { BpfProgram } from './bpf.js';

const NATIVE = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;

/** Runs a filter as the kernel would: what it answers for one system call. */
function run(filter: Buffer, call: { architecture: number; number: number; argument?: number }): string {
  let accumulator = 0;
  for (let at = 0; ; at += 8) {
    const code = filter.readUInt16LE(at);
    const jump = filter.readUInt8(at + 2) * 8;
    const value = filter.readUInt32LE(at + 4);
    switch (code) {
      case 0x20:
        accumulator = value === 0 ? call.number : value === 4 ? call.architecture : (call.argument ?? 0);
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
      case 0x06:
        return { 0x7fff0000: 'allow', 0x80000000: 'kill', 0x00050001: 'EPERM', 0x00050026: 'ENOSYS', 0x00050061: 'EAFNOSUPPORT' }[value] ?? `0x${value.toString(16)}`;
      default:
        throw new Error(`unknown instruction 0x${code.toString(16)}`);
    }
  }
}

describe.each([
  ['x64' as Architecture, { read: 0, mount: 165, clone: 56, socket: 41, clone3: 435 }],
  ['arm64' as Architecture, { read: 63, mount: 40, clone: 220, socket: 198, clone3: 435 }],
])('the filter for %s', (architecture, numbers) => {
  const filter = seccompFilter(architecture);
  const ask = (number: number, argument?: number): string => run(filter, { architecture: NATIVE[architecture], number, ...(argument === undefined ? {} : { argument }) });

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
