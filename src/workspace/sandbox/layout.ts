import type { SandboxedCommand } from '../../core/workspace.ts';
import { isInside } from '../paths.ts';
import type { Masked } from './git-config.ts';
import { type Limits, processLimits } from './limits.ts';
import { FORWARDER_PLACE, PROXY_VARIABLES, startForwarder } from './network/forwarder.ts';
import { COMMON_VARIABLES } from './plain.ts';
import { wrapperScript } from './supervise.ts';
import type { Toolchains } from './toolchains.ts';

/** What a sandbox shows to every command of it. */
export type Layout = {
  readonly bwrap: string;
  /** Options that this version of bubblewrap knows. */
  readonly knows: { readonly disable_userns: boolean; readonly size: boolean };
  readonly path: string;
  /** Real folders that exist; their content is not seen. */
  readonly hidden: readonly string[];
  /** Files that exist; their content is not seen. */
  readonly masked: readonly string[];
  /** Places under /proc that exist, to be read only. */
  readonly fixed: readonly string[];
  /** Bash, which runs every command. */
  readonly shell: string;
  readonly toolchains: Toolchains;
  readonly limits: Limits;
  /** The Node that forwards network traffic inside. */
  readonly node: string;
};

/** What one command gets beside that. */
export type Access = {
  /** Host patterns; none: no network at all. */
  readonly network: readonly string[];
  /** Folders or files a person allowed to be read. */
  readonly readable: readonly string[];
  /** Environment variables with their values. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Files shown with another content. */
  readonly shown: readonly Masked[];
};

export const NOTHING_MORE: Access = { network: [], readable: [], secrets: {}, shown: [] };

/** The first descriptors bubblewrap is started with; files to show follow from the last on, and after them the network's pipe. */
export const DESCRIPTORS = { filter: 3, status: 4, secrets: 5, shown: 6 } as const;
export const networkDescriptor = (access: Access): number => DESCRIPTORS.shown + access.shown.length;

/** Arguments that bubblewrap reads from a descriptor: every user of the machine may read its command line. */
export const secretArguments = ({ secrets }: Access): Uint8Array =>
  Buffer.from(
    Object.entries(secrets)
      .flatMap(([name, value]) => ['--setenv', name, value])
      .map(word => `${word}\0`)
      .join(''),
  );

export const INNER_HOME = '/run/home';
/** Folders of other people, other disks, logs and keys. */
export const ALWAYS_HIDDEN = [
  ...['/home', '/root', '/mnt', '/media', '/lost+found'],
  ...[
    '/var/backups',
    '/var/log',
    '/var/mail',
    '/var/spool',
    '/var/lib/docker',
    '/var/lib/containerd',
    '/var/lib/kubelet',
  ],
  ...['/etc/ssh', '/etc/ssl/private', '/etc/sudoers.d', '/etc/NetworkManager', '/etc/wireguard', '/etc/docker'],
];
/** Files that a user who is root on the host could read. */
export const ALWAYS_MASKED = [
  ...['/etc/shadow', '/etc/shadow-', '/etc/gshadow', '/etc/gshadow-', '/etc/sudoers', '/etc/krb5.keytab'],
  ...['/proc/kcore', '/proc/keys', '/proc/kmsg', '/proc/timer_list', '/proc/sched_debug', '/proc/latency_stats'],
];
/** A user who is root on the host may write these without any capability: they need mounts of their own. */
export const ALWAYS_FIXED = [
  ...['/proc/sys', '/proc/sysrq-trigger', '/proc/irq', '/proc/bus', '/proc/fs', '/proc/acpi', '/proc/scsi'],
];

/** The whole argument list for one command, in the order in which bubblewrap mounts. */
export function bubblewrapArguments(
  layout: Layout,
  command: Pick<SandboxedCommand, 'root' | 'command' | 'readonly_paths'>,
  access: Access = NOTHING_MORE,
): string[] {
  const { root } = command;
  const { limits, knows } = layout;
  const hidden = layout.hidden.filter(place => !isInside(root, place)).sort();
  const online = access.network.length > 0;
  const variables = {
    ...COMMON_VARIABLES,
    ...layout.toolchains.variables,
    ...(online ? PROXY_VARIABLES : {}),
    PATH: layout.path,
    HOME: INNER_HOME,
    TMPDIR: '/tmp',
  };
  const size = knows.size ? ['--size', String(limits.memory_mb * 1_048_576)] : [];
  const before = online ? startForwarder(networkDescriptor(access)) : '';
  return [
    ...['--unshare-all', '--unshare-user', '--uid', '1000', '--gid', '1000'],
    ...(knows.disable_userns ? ['--disable-userns'] : []),
    ...['--cap-drop', 'ALL', '--die-with-parent', '--new-session', '--clearenv'],
    ...['--args', String(DESCRIPTORS.secrets)],
    ...Object.entries(variables).flatMap(([name, value]) => ['--setenv', name, value]),
    ...[
      '--ro-bind',
      '/',
      '/',
      '--dev',
      '/dev',
      '--remount-ro',
      '/dev',
      ...size,
      '--tmpfs',
      '/dev/shm',
      '--proc',
      '/proc',
    ],
    ...layout.fixed.flatMap(place => ['--ro-bind', place, place]),
    ...[...size, '--tmpfs', '/tmp', ...size, '--tmpfs', '/var/tmp', ...size, '--tmpfs', '/run', '--dir', INNER_HOME],
    ...hidden.flatMap(place => ['--tmpfs', place]),
    ...layout.masked.flatMap(file => ['--ro-bind', '/dev/null', file]),
    ...layout.toolchains.mounts.flatMap(({ from, to }) => ['--ro-bind-try', from, to]),
    ...access.readable.flatMap(path => ['--ro-bind-try', path, path]),
    ...(online ? ['--ro-bind', layout.node, FORWARDER_PLACE] : []),
    ...['--bind', root, root],
    ...command.readonly_paths.flatMap(path => ['--ro-bind-try', path, path]),
    ...access.shown.flatMap(({ path }, index) => ['--ro-bind-data', String(DESCRIPTORS.shown + index), path]),
    ...hidden.flatMap(place => ['--remount-ro', place]),
    ...['--chdir', root, '--seccomp', String(DESCRIPTORS.filter), '--json-status-fd', String(DESCRIPTORS.status), '--'],
    ...[layout.shell, '-c', `${before}${wrapperScript(processLimits(limits))}`, 'bash', command.command],
  ];
}
