import { ALLOW, ARCHITECTURE, BpfProgram, failWith, FIRST_ARGUMENT, KILL_PROCESS, SYSCALL_NUMBER } from './bpf.js';
import { ABSENT, CLONE, FORBIDDEN, SOCKET, type SyscallNumbers } from './syscalls.js';

export type Architecture = 'x64' | 'arm64';

const AUDIT_ARCHITECTURE = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;
/** Numbers from here on belong to the x32 ABI: the same calls again under other numbers, so none may pass. */
const X32_FIRST = 0x40000000;
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const NEW_NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000;
/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. Others (AF_VSOCK above all) are not walled in by a network namespace. */
const SOCKET_FAMILIES = [1, 2, 10, 16];
const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

/** The filter every instance runs under, as the bytes `bwrap --seccomp` loads. Everything that is not refused is allowed. */
export function seccompFilter(architecture: Architecture): Buffer {
  const program = new BpfProgram();
  const number = ([x64, arm64]: SyscallNumbers): number | undefined => (architecture === 'x64' ? x64 : arm64);
  const refuse = (calls: Readonly<Record<string, SyscallNumbers>>, label: string): void => {
    for (const numbers of Object.values(calls)) {
      const syscall = number(numbers);
      if (syscall !== undefined) program.jumpIfEqual(syscall, label);
    }
  };

  program.load(ARCHITECTURE).jumpIfEqual(AUDIT_ARCHITECTURE[architecture], 'native').return(KILL_PROCESS);
  program.label('native').load(SYSCALL_NUMBER);
  if (architecture === 'x64') program.jumpIfAtLeast(X32_FIRST, 'absent');
  refuse(FORBIDDEN, 'forbidden');
  refuse(ABSENT, 'absent');
  program.jumpIfEqual(number(CLONE) as number, 'clone').jumpIfEqual(number(SOCKET) as number, 'socket').return(ALLOW);

  program.label('clone').load(FIRST_ARGUMENT).jumpIfAnyBit(NEW_NAMESPACES, 'forbidden').return(ALLOW);
  program.label('socket').load(FIRST_ARGUMENT);
  for (const family of SOCKET_FAMILIES) program.jumpIfEqual(family, 'allowed');
  program.return(failWith(EAFNOSUPPORT));

  program.label('allowed').return(ALLOW);
  program.label('forbidden').return(failWith(EPERM));
  program.label('absent').return(failWith(ENOSYS));
  return program.assemble();
}
