import { access, constants, mkdtemp, realpath, rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Sandbox, SandboxedCommand } from '../core/workspace.ts';
import { isInside, realOrNull } from './paths.ts';
import { COMMON_VARIABLES } from './plain.ts';
import { kill, statOf, waitForDeath } from './processes.ts';
import { seccompFilter } from './seccomp.ts';
import { FILE_LIMITS, onLines, SANDBOX_HINT, supervise, wrapperScript } from './supervise.ts';
import { type Toolchains, toolchainsOf } from './toolchains.ts';

export type BubblewrapOptions = {
  /** The PATH that commands get. */
  readonly path: string;
  /** The person's real home: hidden, but for the toolchains on PATH. */
  readonly home: string;
  /** More folders to hide, such as our own data folder and the project's own folder (its `.env` files). */
  readonly hidden: readonly string[];
  /** Folders whose files a model may write: no `bwrap` is taken from them. */
  readonly untrusted: readonly string[];
  /** An existing folder for short-lived files. */
  readonly temp: string;
  readonly clock: Clock;
};

export type Layout = {
  readonly bwrap: string;
  readonly disable_userns: boolean;
  readonly path: string;
  /** Real folders that exist; their content is not seen. */
  readonly hidden: readonly string[];
  readonly toolchains: Toolchains;
};

const INNER_HOME = '/run/home';
const NOTE =
  'Commands run in bubblewrap: they can write only in the task’s worktree, see neither your home nor your keys, and have no network.';

/** The whole argument list for one command, in the order in which bubblewrap mounts. */
export function bubblewrapArguments(
  layout: Layout,
  command: Pick<SandboxedCommand, 'root' | 'command' | 'readonly_paths'>,
): string[] {
  const { root } = command;
  const hidden = layout.hidden.filter(place => !isInside(root, place)).sort();
  const variables = {
    ...COMMON_VARIABLES,
    ...layout.toolchains.variables,
    PATH: layout.path,
    HOME: INNER_HOME,
    TMPDIR: '/tmp',
  };
  return [
    ...['--unshare-all', '--unshare-user', '--uid', '1000', '--gid', '1000'],
    ...(layout.disable_userns ? ['--disable-userns'] : []),
    ...['--cap-drop', 'ALL', '--die-with-parent', '--new-session', '--clearenv'],
    ...Object.entries(variables).flatMap(([name, value]) => ['--setenv', name, value]),
    // A user who is root on the host may write /proc/sys without any capability: it needs a mount of its own.
    ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--ro-bind', '/proc/sys', '/proc/sys'],
    ...['--tmpfs', '/tmp', '--tmpfs', '/run', '--dir', INNER_HOME],
    ...hidden.flatMap(place => ['--tmpfs', place]),
    ...layout.toolchains.mounts.flatMap(({ from, to }) => ['--ro-bind-try', from, to]),
    ...['--bind', root, root],
    ...command.readonly_paths.flatMap(path => ['--ro-bind-try', path, path]),
    ...hidden.flatMap(place => ['--remount-ro', place]),
    ...['--chdir', root, '--seccomp', '3', '--json-status-fd', '4', '--'],
    ...['/bin/bash', '-c', wrapperScript([...FILE_LIMITS, '-u 4096']), 'bash', command.command],
  ];
}

/**
 * The protecting backend. Fails closed: `sandbox.missing` when bubblewrap is not installed, `sandbox.denied` when it cannot
 * protect here (a self-test runs in it first).
 */
export async function bubblewrapSandbox(options: BubblewrapOptions): Promise<Result<Sandbox>> {
  const filter = seccompFilter(process.arch);
  const bwrap = process.platform === 'linux' ? await findBubblewrap(options) : null;
  if (bwrap === null || filter === null) {
    return fail(
      'sandbox.missing',
      'Commands of a model run in a sandbox, and bubblewrap was not found.',
      installHint(),
    );
  }
  const layout = await layoutOf(options, bwrap);
  const sandbox: Sandbox = {
    name: 'bubblewrap',
    note: NOTE,
    run: (command, signal) => runSandboxed(layout, filter, options.clock, command, signal),
  };
  const tested = await selfTest(sandbox, options);
  return tested.ok ? ok(sandbox) : tested;
}

function installHint(): string {
  if (process.platform !== 'linux') return 'Run on Linux, or without protection: --no-sandbox';
  return 'Install it: sudo apt-get install bubblewrap';
}

/** An absolute path of a `bwrap` that no model can have put there. */
async function findBubblewrap(options: BubblewrapOptions): Promise<string | null> {
  const folders = [
    ...options.path.split(':').filter(folder => isAbsolute(folder)),
    '/usr/bin',
    '/usr/local/bin',
    '/bin',
  ];
  const untrusted = await Promise.all(
    [...options.untrusted, options.temp].map(folder => realpath(folder).catch(() => folder)),
  );
  for (const folder of folders) {
    const real = await realOrNull(join(folder, 'bwrap'));
    if (real === null || untrusted.some(place => isInside(place, real) || isInside(place, folder))) continue;
    if (
      await access(real, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return real;
  }
  return null;
}

async function layoutOf(options: BubblewrapOptions, bwrap: string): Promise<Layout> {
  const places = await Promise.all([options.home, ...options.hidden].map(realOrNull));
  const hidden = [...new Set(places.filter(place => place !== null && place !== '/'))].filter(place => place !== null);
  const toolchains = await toolchainsOf({
    path: options.path,
    home: options.home,
    hidden: [...hidden, '/tmp', '/run'],
    inner_home: INNER_HOME,
  });
  const path = options.path.split(':').filter(folder => isAbsolute(folder));
  const help = await versionHelp(bwrap, options);
  return { bwrap, disable_userns: help.includes('--disable-userns'), path: path.join(':'), hidden, toolchains };
}

async function versionHelp(bwrap: string, options: BubblewrapOptions): Promise<string> {
  const launch = { file: bwrap, args: ['--help'], cwd: '/', env: {}, extra: [], timeout_s: 10 };
  const backend = { started: () => undefined, kill: async () => undefined, neverRan: () => null };
  const ran = await supervise({ ...launch, spill_file: join(options.temp, 'bwrap-help.txt') }, backend, options.clock);
  return ran.ok ? ran.value.output : '';
}

async function runSandboxed(
  layout: Layout,
  filter: Uint8Array,
  clock: Clock,
  command: SandboxedCommand,
  signal: AbortSignal | undefined,
) {
  const root = await realOrNull(command.root);
  if (root === null)
    return fail('sandbox.denied', `The folder ${command.root} is not there.`, 'Open the workspace again.');
  // The first process inside, by its number outside: when it dies, the kernel kills everything else in there with it.
  let inner: { readonly pid: number; readonly started: string } | null = null;
  let ran = false;
  return supervise(
    {
      file: layout.bwrap,
      args: bubblewrapArguments(layout, { ...command, root }),
      cwd: '/',
      env: {},
      extra: [filter, null],
      timeout_s: command.timeout_s,
      spill_file: command.spill_file,
    },
    {
      started: child =>
        onLines(child, 4, line => {
          const pid = Number(/"child-pid"\s*:\s*(\d+)/.exec(line)?.[1] ?? 0);
          if (pid > 0) inner = { pid, started: statOf(pid)?.started ?? '' };
          if (line.includes('"exit-code"')) ran = true;
        }),
      async kill(child) {
        if (inner !== null && statOf(inner.pid)?.started === inner.started) kill(inner.pid);
        if (child.exitCode === null && child.signalCode === null && inner === null) child.kill('SIGKILL');
        if (inner !== null) await waitForDeath(inner.pid);
      },
      neverRan: (code, complaint) => (ran || complaint.trim() === '' ? null : `${complaint.trim()} (exit ${code})`),
    },
    clock,
    signal,
  );
}

/** One command that proves the protection: it ends with the names of what is not protected. */
const PROBE = `
bad=
grep -q '^CapEff:[[:space:]]*0*$' /proc/self/status || bad="$bad capabilities"
grep -q '^Seccomp:[[:space:]]*2$' /proc/self/status || bad="$bad system-calls"
( : > /usr/.llmclis-probe ) 2>/dev/null && rm -f /usr/.llmclis-probe && bad="$bad writing-outside"
( : >> /proc/sys/kernel/core_pattern ) 2>/dev/null && bad="$bad kernel-settings"
[ "$(grep -c : /proc/net/dev)" -le 1 ] || bad="$bad network"
( : > "./probe" ) 2>/dev/null || bad="$bad cannot-write-inside"
echo "not protected:$bad"`;

async function selfTest(sandbox: Sandbox, options: BubblewrapOptions): Promise<Result<void>> {
  const folder = await realpath(await mkdtemp(join(options.temp, 'probe-')));
  try {
    const ran = await sandbox.run({
      command: PROBE,
      root: folder,
      timeout_s: 20,
      readonly_paths: [],
      spill_file: join(options.temp, 'probe.txt'),
    });
    if (!ran.ok) return ran;
    const said = ran.value.output.trim();
    if (said === 'not protected:') return ok(undefined);
    return fail(
      'sandbox.denied',
      `bubblewrap is installed but does not protect here (${said || `exit ${ran.value.exit}`}).`,
      SANDBOX_HINT,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
