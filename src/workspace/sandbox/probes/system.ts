import { connectUnix, type Probe, systemCall } from './probe.ts';

const ATTACH = 16;
const NEW_USER = 0x10000000;
const TYPE_INTO_TERMINAL = 0x5412;

/** Attacks on the kernel, on other processes, and by way of the network. */
export const SYSTEM_PROBES: readonly Probe[] = [
  {
    name: 'remount',
    attack: 'mounts / again, this time to be written',
    tries: () => 'mount -o remount,bind,rw / && : >> /usr/.llmclis-probe',
  },
  {
    name: 'unmount',
    attack: 'takes away the mount that hides the home',
    tries: ({ home }) => `umount ${home} || umount -l /tmp`,
  },
  {
    name: 'user-namespace',
    attack: 'makes a user namespace, to be root in there',
    tries: ({ calls }) => `unshare -U true || { ${systemCall(calls.unshare, NEW_USER)}; }`,
  },
  { name: 'chroot', attack: 'changes the root', tries: () => 'chroot / /bin/true' },
  {
    name: 'setuid',
    attack: 'gains rights by a program with the setuid bit',
    tries: () => "! grep -q '^NoNewPrivs:[[:space:]]*1' /proc/self/status",
    worksOutside: true,
  },
  {
    name: 'capabilities',
    attack: 'uses a capability it was left with',
    tries: () => "grep -E '^Cap(Inh|Prm|Eff|Amb)' /proc/self/status | grep -qv '0000000000000000$'",
  },
  { name: 'proc-sys', attack: 'changes a setting of the kernel', tries: () => ': >> /proc/sys/vm/swappiness' },
  {
    name: 'core-pattern',
    attack: 'has the kernel run a program at the next crash',
    tries: () => ': >> /proc/sys/kernel/core_pattern',
  },
  {
    name: 'sysrq',
    attack: 'opens /proc/sysrq-trigger to restart the machine',
    tries: () => ': >> /proc/sysrq-trigger',
  },
  {
    name: 'sys',
    attack: 'changes a setting under /sys',
    tries: () =>
      'for f in /sys/kernel/uevent_helper /sys/power/state /sys/kernel/mm/transparent_hugepage/enabled; do ( : >> $f ) && exit 0; done; exit 1',
  },
  {
    name: 'cgroup',
    attack: 'makes a control group, to leave the limits',
    tries: ({ word }) =>
      `for d in /sys/fs/cgroup /sys/fs/cgroup/pids /sys/fs/cgroup/unified; do mkdir $d/${word} && { rmdir $d/${word}; exit 0; }; done; exit 1`,
  },
  { name: 'io-uring', attack: 'asks for an io_uring', tries: () => systemCall(425, 0, 0), worksOutside: true },
  {
    name: 'keyctl',
    attack: 'reads the kernel’s keys of the person',
    tries: ({ calls }) => systemCall(calls.keyctl, 0, -3, 0),
  },
  {
    name: 'add-key',
    attack: 'adds a key to the person’s session',
    tries: ({ calls }) => systemCall(calls.add_key, 0, 0, 0, 0, -3),
  },
  {
    name: 'request-key',
    attack: 'asks the kernel for a key',
    tries: ({ calls }) => systemCall(calls.request_key, 0, 0, 0, 0),
  },
  { name: 'bpf', attack: 'loads a program into the kernel', tries: ({ calls }) => systemCall(calls.bpf, 9999, 0, 0) },
  {
    name: 'perf-event',
    attack: 'watches the kernel’s counters',
    tries: ({ calls }) => systemCall(calls.perf_event_open, 0, 0, -1, -1, 0),
  },
  {
    name: 'userfaultfd',
    attack: 'halts the kernel at a page of its choice',
    tries: ({ calls }) => systemCall(calls.userfaultfd, 0),
  },
  {
    name: 'terminal-input',
    attack: 'types into the person’s terminal',
    tries: ({ calls }) => `( : < /dev/tty ) || { ${systemCall(calls.ioctl, 0, TYPE_INTO_TERMINAL, 0)}; }`,
    worksOutside: true,
  },
  {
    name: 'vsock',
    attack: 'talks to the host of this virtual machine',
    tries: ({ calls }) => systemCall(calls.socket, 40, 1, 0),
  },
  { name: 'packet-socket', attack: 'listens to raw packets', tries: ({ calls }) => systemCall(calls.socket, 17, 3, 0) },
  {
    name: 'host-socket',
    attack: 'connects to a socket of the host, as docker’s',
    tries: ({ socket }) => connectUnix(socket),
    worksOutside: true,
  },
  {
    name: 'abstract-socket',
    attack: 'connects to an abstract socket of the host',
    tries: ({ abstract }) => connectUnix(`@${abstract}`),
    worksOutside: true,
  },
  {
    name: 'host-loopback',
    attack: 'connects to a server on the person’s own machine',
    tries: ({ tcp }) => `exec 9<> /dev/tcp/127.0.0.1/${tcp}`,
    worksOutside: true,
  },
  {
    name: 'internet',
    attack: 'connects to an address in the internet',
    tries: () => '[ "$(grep -c : /proc/net/dev)" -gt 1 ] || exec 9<> /dev/tcp/1.1.1.1/443',
  },
  {
    name: 'dns',
    attack: 'sends data out in the name of a host',
    tries: () => 'getent ahosts example.com || exec 9<> /dev/udp/1.1.1.1/53',
  },
  {
    name: 'udp',
    attack: 'sends a packet to the host; it shows there',
    tries: ({ udp, word }) => `echo ${word} > /dev/udp/127.0.0.1/${udp}; exit 1`,
  },
  {
    name: 'environment',
    attack: 'reads keys in its own environment',
    tries: ({ secret }) => `env | grep -q ${secret} || env | grep -qiE '^[A-Z_]*(KEY|TOKEN|SECRET|PASSWORD)[A-Z_]*='`,
  },
  {
    name: 'process-environment',
    attack: 'reads the environment of a process of the host',
    tries: ({ witness, secret }) => `tr '\\0' '\\n' < /proc/${witness}/environ | grep -qa ${secret}`,
    worksOutside: true,
  },
  {
    name: 'process-list',
    attack: 'lists the processes of the host',
    tries: ({ word }) => `grep -qsa -e '[${word[0]}]${word.slice(1)}-process' /proc/[0-9]*/cmdline`,
    worksOutside: true,
  },
  {
    name: 'kill',
    attack: 'kills a process of the host; it shows there',
    tries: ({ witness }) => `kill -9 ${witness}; exit 1`,
  },
  {
    name: 'ptrace',
    attack: 'attaches to a process of the host as a debugger',
    tries: ({ witness, calls }) =>
      `command -v perl >/dev/null || exit 77; perl -e 'exit(syscall(${calls.ptrace ?? 0}, ${ATTACH}, ${witness}, 0, 0) == 0 ? 0 : 1)'`,
  },
  {
    name: 'forge-status',
    attack: 'writes into the pipe by which the sandbox tells what to kill; it shows at the witness',
    tries: ({ witness }) =>
      `for f in 3 4 5 6 7; do echo '{ "child-pid": ${witness} }' | timeout 2 tee /proc/self/fd/$f /proc/1/fd/$f; done; exit 1`,
  },
  {
    name: 'survive',
    attack: 'leaves processes behind that outlive it; they show there',
    tries: () => '( setsid sleep 300 & ) ; ( setsid sh -c "trap : TERM HUP INT; sleep 300" & ) ; sleep 300 & exit 1',
  },
  { name: 'endless-file', attack: 'fills the disk with one file', tries: () => '[ "$(ulimit -f)" = unlimited ]' },
  { name: 'endless-memory', attack: 'takes all memory in one process', tries: () => '[ "$(ulimit -d)" = unlimited ]' },
  {
    name: 'endless-processes',
    attack: 'starts processes without end',
    tries: () => '[ "$(ulimit -u)" = unlimited ] || [ "$(ulimit -u)" -gt 100000 ]',
  },
  { name: 'core-dump', attack: 'has its memory written to a file by a crash', tries: () => '[ "$(ulimit -c)" != 0 ]' },
];
