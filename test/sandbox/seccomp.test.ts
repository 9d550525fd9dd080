import { describe, expect, it } from 'vitest';
import { seccompFilter } from '../../src/workspace/sandbox/seccomp.ts';

const ALLOW = 0x7fff0000;
const EPERM = 0x00050001;
const ENOSYS = 0x00050026;
const KILL = 0x80000000;

/** Runs a filter on one call as the kernel does: loads of words, three comparisons, returns. */
function ask(filter: Uint8Array, call: { arch: number; nr: number; args?: readonly number[] }): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call.nr >>> 0, 0);
  data.writeUInt32LE(call.arch, 4);
  for (const [index, arg] of (call.args ?? []).entries()) data.writeBigUInt64LE(BigInt(arg), 16 + index * 8);
  const code = Buffer.from(filter);
  let word = 0;
  for (let at = 0; at < code.length / 8; at += 1) {
    const [operation, value] = [code.readUInt16LE(at * 8), code.readUInt32LE(at * 8 + 4)];
    const jump = (fits: boolean): number => code.readUInt8(at * 8 + (fits ? 2 : 3));
    if (operation === 0x20) word = data.readUInt32LE(value);
    else if (operation === 0x15) at += jump(word === value);
    else if (operation === 0x35) at += jump(word >= value);
    else if (operation === 0x45) at += jump((word & value) !== 0);
    else if (operation === 0x06) return value;
    else throw new Error(`An instruction the kernel’s seccomp does not take: ${operation}`);
  }
  throw new Error('The filter ran past its end.');
}

/** Numbers from the kernel's tables, written down a second time. */
const MACHINES = {
  x64: {
    arch: 0xc000003e,
    refused: { add_key: 248, request_key: 249, keyctl: 250, perf_event_open: 298, bpf: 321, userfaultfd: 323 },
    allowed: { read: 0, write: 1, socketpair: 53, connect: 42, ptrace: 101, execve: 59, memfd_create: 319 },
    calls: { socket: 41, clone: 56, unshare: 272, ioctl: 16 },
  },
  arm64: {
    arch: 0xc00000b7,
    refused: { add_key: 217, request_key: 218, keyctl: 219, perf_event_open: 241, bpf: 280, userfaultfd: 282 },
    allowed: { read: 63, write: 64, socketpair: 199, connect: 203, ptrace: 117, execve: 221, memfd_create: 279 },
    calls: { socket: 198, clone: 220, unshare: 97, ioctl: 29 },
  },
} as const;

describe.each(Object.entries(MACHINES))('the system-call filter for %s', (name, machine) => {
  const filter = seccompFilter(name);
  if (filter === null) throw new Error('no filter');
  const { arch, calls } = machine;
  const verdict = (nr: number, ...args: readonly number[]) => ask(filter, { arch, nr, args });

  it('refuses what no build needs, and io_uring', () => {
    for (const [call, nr] of [...Object.entries(machine.refused), ['io_uring', 425], ['io_uring', 427]] as const)
      expect(verdict(nr), call).toBe(EPERM);
    for (const [call, nr] of Object.entries(machine.allowed)) expect(verdict(nr), call).toBe(ALLOW);
    expect(verdict(100_000)).toBe(ALLOW);
  });

  it('lets sockets of IP and netlink pass, and no other', () => {
    const passing = Array.from({ length: 64 }, (_, family) => family).filter(
      family => verdict(calls.socket, family, 1, 0) === ALLOW,
    );
    expect(passing).toEqual([2, 10, 16]);
    // The kernel looks at the lower half alone: dirt above it changes nothing.
    expect(verdict(calls.socket, 1 + 2 ** 32)).toBe(EPERM);
  });

  it('lets threads and processes begin, but no new user namespace', () => {
    expect(verdict(calls.clone, 0x003d0f00)).toBe(ALLOW);
    expect(verdict(calls.clone, 0x11)).toBe(ALLOW);
    expect(verdict(calls.clone, 0x10000011)).toBe(EPERM);
    expect(verdict(calls.unshare, 0x00020000)).toBe(ALLOW);
    expect(verdict(calls.unshare, 0x10020000)).toBe(EPERM);
    expect(verdict(435, 0)).toBe(ENOSYS);
  });

  it('lets a terminal be asked, and not be typed into', () => {
    expect(verdict(calls.ioctl, 0, 0x5401)).toBe(ALLOW);
    expect(verdict(calls.ioctl, 0, 0x5412)).toBe(EPERM);
    expect(verdict(calls.ioctl, 0, 0x541c)).toBe(EPERM);
  });

  it('kills a process that calls as another machine', () => {
    expect(ask(filter, { arch: 0x40000003, nr: 102, args: [1] })).toBe(KILL);
    if (name === 'x64') expect(verdict(0x40000000 + 41, 1)).toBe(EPERM);
  });

  it('is short enough that each jump fits its byte', () => {
    expect(filter.length / 8).toBeLessThan(100);
    for (let at = 0; at < filter.length / 8; at += 1) {
      const [yes = 0, no = 0] = filter.slice(at * 8 + 2, at * 8 + 4);
      expect(at + 1 + Math.max(yes, no)).toBeLessThan(filter.length / 8 + 1);
    }
  });
});

describe('the system-call filter', () => {
  it('is made for no machine without numbers', () => {
    expect(seccompFilter('s390x')).toBeNull();
  });
});
