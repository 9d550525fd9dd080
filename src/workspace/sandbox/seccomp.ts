/** Classic BPF opcodes and seccomp answers, from linux/bpf_common.h and linux/seccomp.h. */
const LOAD = 0x20;
const EQUAL = 0x15;
const AT_LEAST = 0x35;
const ANY_BIT = 0x45;
const RETURN = 0x06;
const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const NOT_PERMITTED = 0x00050001;
const NOT_IMPLEMENTED = 0x00050026;
/** Offsets in `struct seccomp_data`; of an argument, its lower half. */
const NUMBER = 0;
const ARCHITECTURE = 4;
const FIRST_ARGUMENT = 16;
const SECOND_ARGUMENT = 24;

const X32_BIT = 0x40000000;
const CLONE_NEWUSER = 0x10000000;
/** Push a character, or a selection, into the terminal's input. */
const TERMINAL_INPUT = [0x5412, 0x541c];
/** AF_INET, AF_INET6, AF_NETLINK: each process's own network namespace holds them. AF_UNIX and AF_VSOCK lead to the host. */
const FAMILIES = [2, 10, 16];

/**
 * Numbers of system calls: x86_64 from arch/x86/entry/syscalls/syscall_64.tbl, arm64 from include/uapi/asm-generic/unistd.h; the
 * architectures from linux/audit.h. `io_uring_*` and `clone3` are the same everywhere.
 */
const MACHINES = {
  x64: {
    audit: 0xc000003e,
    ...{ socket: 41, ioctl: 16, clone: 56, unshare: 272, ptrace: 101 },
    ...{ add_key: 248, request_key: 249, keyctl: 250, perf_event_open: 298, bpf: 321, userfaultfd: 323 },
  },
  arm64: {
    audit: 0xc00000b7,
    ...{ socket: 198, ioctl: 29, clone: 220, unshare: 97, ptrace: 117 },
    ...{ add_key: 217, request_key: 218, keyctl: 219, perf_event_open: 241, bpf: 280, userfaultfd: 282 },
  },
} as const;
const IO_URING = [425, 426, 427];
const CLONE3 = 435;

/** One instruction: its jumps are counted in instructions to leave out. */
type Step = { readonly code: number; readonly value: number; readonly yes?: number; readonly no?: number };

const answer = (value: number): Step => ({ code: RETURN, value });
const load = (value: number): Step => ({ code: LOAD, value });
/** Does `body`, which ends in an answer, when the loaded word fits. */
const when = (code: number, value: number, ...body: readonly Step[]): readonly Step[] => [
  { code, value, yes: 0, no: body.length },
  ...body,
];

/** The system-call numbers of a machine, for those who want to try them; null where there are none. */
export const systemCalls = (architecture: string): (typeof MACHINES)['x64' | 'arm64'] | null =>
  architecture === 'x64' || architecture === 'arm64' ? MACHINES[architecture] : null;

/**
 * The filter for a sandboxed command, as the bytes that `bwrap --seccomp` reads; null for a machine it has no numbers for.
 * A foreign architecture is killed. Refused: x32 calls, io_uring, sockets other than of IP and netlink (the docker.sock class, and
 * vsock, which no namespace holds), new user namespaces, kernel keys, bpf, perf events, userfaultfd, typing into a terminal. `clone3`
 * hides its flags, so it is "not implemented" and libraries take `clone`. `socketpair` stays, so that Node's child processes work;
 * `ptrace` stays for debuggers and leak checkers, which see only the command's own processes.
 */
export function seccompFilter(architecture: string): Uint8Array | null {
  const machine = systemCalls(architecture);
  if (machine === null) return null;
  const refused = [machine.add_key, machine.request_key, machine.keyctl, machine.perf_event_open, machine.bpf];
  const inFirst = (test: readonly Step[]): readonly Step[] => [load(FIRST_ARGUMENT), ...test, answer(ALLOW)];
  const newUser = inFirst(when(ANY_BIT, CLONE_NEWUSER, answer(NOT_PERMITTED)));
  const steps: readonly Step[] = [
    load(ARCHITECTURE),
    { code: EQUAL, value: machine.audit, yes: 1, no: 0 },
    answer(KILL_PROCESS),
    load(NUMBER),
    ...(architecture === 'x64' ? when(AT_LEAST, X32_BIT, answer(NOT_PERMITTED)) : []),
    ...[...refused, machine.userfaultfd, ...IO_URING].flatMap(number => when(EQUAL, number, answer(NOT_PERMITTED))),
    ...when(EQUAL, CLONE3, answer(NOT_IMPLEMENTED)),
    ...when(
      EQUAL,
      machine.socket,
      load(FIRST_ARGUMENT),
      ...FAMILIES.flatMap(family => when(EQUAL, family, answer(ALLOW))),
      answer(NOT_PERMITTED),
    ),
    ...when(EQUAL, machine.clone, ...newUser),
    ...when(EQUAL, machine.unshare, ...newUser),
    ...when(
      EQUAL,
      machine.ioctl,
      load(SECOND_ARGUMENT),
      ...TERMINAL_INPUT.flatMap(request => when(EQUAL, request, answer(NOT_PERMITTED))),
      answer(ALLOW),
    ),
    answer(ALLOW),
  ];
  return bytesOf(steps);
}

/** `struct sock_filter`, eight bytes each. */
function bytesOf(steps: readonly Step[]): Uint8Array {
  const bytes = Buffer.alloc(steps.length * 8);
  for (const [index, step] of steps.entries()) {
    bytes.writeUInt16LE(step.code, index * 8);
    bytes.writeUInt8(step.yes ?? 0, index * 8 + 2);
    bytes.writeUInt8(step.no ?? 0, index * 8 + 3);
    bytes.writeUInt32LE(step.value, index * 8 + 4);
  }
  return bytes;
}
