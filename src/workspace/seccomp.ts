/** Classic BPF opcodes and seccomp answers, from linux/bpf_common.h and linux/seccomp.h. */
const LOAD = 0x20;
const EQUAL = 0x15;
const AT_LEAST = 0x35;
const RETURN = 0x06;
const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const NOT_PERMITTED = 0x00050001;
/** Offsets in `struct seccomp_data`. */
const NUMBER = 0;
const ARCHITECTURE = 4;
const FIRST_ARGUMENT = 16;

const AF_UNIX = 1;
/** From linux/audit.h and the system-call tables; `io_uring_*` has the same numbers everywhere. */
const MACHINES = { x64: { audit: 0xc000003e, socket: 41 }, arm64: { audit: 0xc00000b7, socket: 198 } } as const;
const IO_URING = [425, 426, 427];
const X32_BIT = 0x40000000;

type Step = { readonly code: number; readonly value: number; readonly yes?: number; readonly no?: number };

/**
 * The filter for a sandboxed command, as the bytes that `bwrap --seccomp` reads; null for a machine it has no numbers for.
 * A foreign architecture is killed; x32 calls, io_uring and new AF_UNIX sockets (the docker.sock class) get EPERM. `socketpair`
 * stays, so that Node's child processes work.
 */
export function seccompFilter(architecture: string): Uint8Array | null {
  if (architecture !== 'x64' && architecture !== 'arm64') return null;
  const machine = MACHINES[architecture];
  const tests: Step[] = [
    ...(architecture === 'x64' ? [{ code: AT_LEAST, value: X32_BIT }] : []),
    ...IO_URING.map(value => ({ code: EQUAL, value })),
  ];
  // After the tests: [socket? no → allow] [load family] [AF_UNIX? no → allow] [refuse] [allow].
  const steps: Step[] = [
    { code: LOAD, value: ARCHITECTURE },
    { code: EQUAL, value: machine.audit, yes: 1, no: 0 },
    { code: RETURN, value: KILL_PROCESS },
    { code: LOAD, value: NUMBER },
    ...tests.map((test, index) => ({ ...test, yes: tests.length - index + 2, no: 0 })),
    { code: EQUAL, value: machine.socket, yes: 0, no: 3 },
    { code: LOAD, value: FIRST_ARGUMENT },
    { code: EQUAL, value: AF_UNIX, yes: 0, no: 1 },
    { code: RETURN, value: NOT_PERMITTED },
    { code: RETURN, value: ALLOW },
  ];
  const bytes = Buffer.alloc(steps.length * 8);
  for (const [index, step] of steps.entries()) {
    bytes.writeUInt16LE(step.code, index * 8);
    bytes.writeUInt8(step.yes ?? 0, index * 8 + 2);
    bytes.writeUInt8(step.no ?? 0, index * 8 + 3);
    bytes.writeUInt32LE(step.value, index * 8 + 4);
  }
  return bytes;
}
