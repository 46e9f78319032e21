import { ALLOW, ARCHITECTURE, BpfProgram, failWith, FIRST_ARGUMENT, KILL_PROCESS, SECOND_ARGUMENT, SYSCALL_NUMBER, THIRD_ARGUMENT } from './bpf.js';
import { ABSENT, CLONE, FORBIDDEN, MKNOD, MKNODAT, SOCKET, WALLING, type SyscallNumbers } from './syscalls.js';

export type Architecture = 'x64' | 'arm64';

const AUDIT_ARCHITECTURE = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;
/** Numbers from here on belong to the x32 ABI: the same calls again under other numbers, so none may pass. */
const X32_FIRST = 0x40000000;
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const NEW_NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000;
// Other families (AF_VSOCK above all) are not walled in by a network namespace.
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
/** Of its protocols only NETLINK_ROUTE, by which programs list addresses: others reach kernel code no function needs. */
const AF_NETLINK = 16;
const NETLINK_ROUTE = 0;
/** The part of a socket's type that is no flag, and the types that would read and write whole packets. */
const SOCKET_TYPE = 0x0f;
const SOCK_RAW = 3;
const SOCK_PACKET = 10;
/** The bit of a mode that block and character devices have and other files do not. */
const DEVICE = 0x2000;
const EPERM = 1;
const ENOSYS = 38;
const EPROTONOSUPPORT = 93;
const EAFNOSUPPORT = 97;

/**
 * The filter an instance runs under, as the bytes `bwrap --seccomp` loads. Everything that is not refused is allowed. For a kernel of its
 * own (`userKernel`) the calls pass that it walls its app in with; the app's calls reach that kernel and not this filter.
 */
export function seccompFilter(architecture: Architecture, { userKernel = false } = {}): Buffer {
  const program = new BpfProgram();
  const number = ([x64, arm64]: SyscallNumbers): number | undefined => (architecture === 'x64' ? x64 : arm64);
  const refuse = (calls: Readonly<Record<string, SyscallNumbers>>, label: string): void => {
    for (const [name, numbers] of Object.entries(calls)) {
      if (userKernel && WALLING.has(name)) continue;
      const syscall = number(numbers);
      if (syscall !== undefined) program.jumpIfEqual(syscall, label);
    }
  };

  program.load(ARCHITECTURE).jumpIfEqual(AUDIT_ARCHITECTURE[architecture], 'native').return(KILL_PROCESS);
  program.label('native').load(SYSCALL_NUMBER);
  if (architecture === 'x64') program.jumpIfAtLeast(X32_FIRST, 'absent');
  refuse(FORBIDDEN, 'forbidden');
  refuse(ABSENT, 'absent');
  const handle = (numbers: SyscallNumbers, label: string): void => {
    const syscall = number(numbers);
    if (syscall !== undefined) program.jumpIfEqual(syscall, label);
  };
  handle(CLONE, 'clone');
  handle(SOCKET, 'socket');
  handle(MKNOD, 'mknod');
  handle(MKNODAT, 'mknodat');
  program.return(ALLOW);

  program.label('clone').load(FIRST_ARGUMENT).jumpIfAnyBit(userKernel ? 0 : NEW_NAMESPACES, 'forbidden').return(ALLOW);
  program.label('mknod').load(SECOND_ARGUMENT).jumpIfAnyBit(DEVICE, 'forbidden').return(ALLOW);
  program.label('mknodat').load(THIRD_ARGUMENT).jumpIfAnyBit(DEVICE, 'forbidden').return(ALLOW);

  program.label('socket').load(FIRST_ARGUMENT);
  program.jumpIfEqual(AF_UNIX, 'allowed').jumpIfEqual(AF_INET, 'internet').jumpIfEqual(AF_INET6, 'internet').jumpIfEqual(AF_NETLINK, 'netlink');
  program.return(failWith(EAFNOSUPPORT));
  program.label('internet').load(SECOND_ARGUMENT).and(SOCKET_TYPE).jumpIfEqual(SOCK_RAW, 'forbidden').jumpIfEqual(SOCK_PACKET, 'forbidden').return(ALLOW);
  program.label('netlink').load(THIRD_ARGUMENT).jumpIfEqual(NETLINK_ROUTE, 'allowed').return(failWith(EPROTONOSUPPORT));

  program.label('allowed').return(ALLOW);
  program.label('forbidden').return(failWith(EPERM));
  program.label('absent').return(failWith(ENOSYS));
  return program.assemble();
}
