/** Numbers of system calls on the two supported architectures; `undefined` where the call does not exist. */
export type SyscallNumbers = readonly [x64: number, arm64: number | undefined];

/** Refused with EPERM: ways to change the machine, to look into other processes, or to reach rarely used kernel code. */
export const FORBIDDEN: Readonly<Record<string, SyscallNumbers>> = {
  // Mounts and roots.
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  open_tree_attr: [467, 467],
  // Namespaces.
  unshare: [272, 97],
  setns: [308, 268],
  // Other processes.
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  pidfd_getfd: [438, 438],
  kcmp: [312, 272],
  move_pages: [279, 239],
  migrate_pages: [256, 238],
  // For how long at a stretch it has the processor while others wait for it.
  sched_setattr: [314, 274],
  sched_setscheduler: [144, 119],
  sched_setparam: [142, 118],
  // Kernel keyrings are shared by every process of a uid.
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  // Programs inside the kernel, and the kernel itself.
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  // The machine's state.
  reboot: [169, 142],
  swapon: [167, 224],
  swapoff: [168, 225],
  syslog: [103, 116],
  acct: [163, 89],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  nfsservctl: [180, 42],
  vhangup: [153, 58],
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  adjtimex: [159, 171],
  clock_adjtime: [305, 266],
  sethostname: [170, 161],
  setdomainname: [171, 162],
  iopl: [172, undefined],
  ioperm: [173, undefined],
  modify_ldt: [154, undefined],
  // Files by handle go round the mount namespace.
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  lookup_dcookie: [212, 18],
  uselib: [134, undefined],
  fanotify_init: [300, 262],
};

/**
 * Refused with ENOSYS, so that libraries take their older way: clone3 hides its flags behind a pointer a filter cannot
 * follow, and io_uring would run system calls past the filter.
 */
export const ABSENT: Readonly<Record<string, SyscallNumbers>> = {
  clone3: [435, 435],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
};

/** Of those, what a kernel that is a program makes its own walls of, all of it within the user namespace of the sandbox. */
export const WALLING: ReadonlySet<string> = new Set(['mount', 'umount2', 'pivot_root', 'chroot', 'unshare', 'setns', 'ptrace']);

export const CLONE: SyscallNumbers = [56, 220];
export const SOCKET: SyscallNumbers = [41, 198];
export const MKNOD: SyscallNumbers = [133, undefined];
export const MKNODAT: SyscallNumbers = [259, 33];
