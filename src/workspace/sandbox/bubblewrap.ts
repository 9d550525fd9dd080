import type { ChildProcess } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { fail, ok, type Result } from '../../core/failure.ts';
import type { CommandResult, Sandbox, SandboxedCommand } from '../../core/workspace.ts';
import { realOrNull } from '../paths.ts';
import { findBubblewrap } from './find.ts';
import { bubblewrapArguments, DESCRIPTORS, type Layout, networkDescriptor, secretArguments } from './layout.ts';
import { limitNotes } from './limits.ts';
import { accessOf, layoutOf } from './look.ts';
import { networkNotes } from './network/notes.ts';
import { type NetworkProxy, networkProxy } from './network/proxy.ts';
import type { BubblewrapOptions } from './options.ts';
import { kill, statOf, waitForDeath } from './processes.ts';
import { seccompFilter } from './seccomp.ts';
import { onLines, SANDBOX_HINT, supervise } from './supervise.ts';
import { watch } from './watch.ts';

export type { BubblewrapOptions } from './options.ts';

const NICE = 5;
const NOTE =
  'Commands run in bubblewrap: they can write only in the task’s worktree, see neither your home nor your keys, and reach no network but the hosts you allowed.';

/**
 * The protecting backend. Fails closed: `sandbox.missing` when bubblewrap is not installed, `sandbox.denied` when it cannot
 * protect here (a self-test runs in it first).
 */
export async function bubblewrapSandbox(options: BubblewrapOptions): Promise<Result<Sandbox>> {
  const filter = seccompFilter(process.arch);
  const bwrap = process.platform === 'linux' ? await findBubblewrap(options) : null;
  if (bwrap === null || filter === null) {
    const what = filter === null ? `there is no system-call filter for ${process.arch}` : 'bubblewrap was not found';
    return fail('sandbox.missing', `Commands of a model run in a sandbox, and ${what}.`, SANDBOX_HINT);
  }
  const layout = await layoutOf(options, bwrap);
  const sandbox: Sandbox = {
    name: 'bubblewrap',
    note: NOTE,
    run: (command, signal) => runSandboxed(layout, filter, options, command, signal),
  };
  const tested = await quickTest(sandbox, options);
  return tested.ok ? ok(sandbox) : tested;
}

async function runSandboxed(
  layout: Layout,
  filter: Uint8Array,
  options: BubblewrapOptions,
  command: SandboxedCommand,
  signal: AbortSignal | undefined,
): Promise<Result<CommandResult>> {
  const root = await realOrNull(command.root);
  if (root === null)
    return fail('sandbox.denied', `The folder ${command.root} is not there.`, 'Open the workspace again.');
  const access = await accessOf(options, command);
  const proxy = access.network.length === 0 ? null : networkProxy({ allowed: access.network });
  const inner = innerProcess();
  const ran = await supervise(
    {
      file: layout.bwrap,
      args: bubblewrapArguments(layout, { ...command, root }, access),
      cwd: '/',
      env: {},
      extra: [
        ...[filter, null, secretArguments(access)],
        ...access.shown.map(({ text }) => Buffer.from(text)),
        ...(proxy === null ? [] : [null]),
      ],
      timeout_s: command.timeout_s,
      spill_file: command.spill_file,
      ...(command.redact === undefined ? {} : { redact: command.redact }),
    },
    {
      started(child) {
        beLessUrgent(child);
        onLines(child, DESCRIPTORS.status, inner.hear);
        if (proxy !== null) connectNetwork(child, networkDescriptor(access), proxy);
      },
      kill: inner.kill,
      neverRan: inner.neverRan,
      watch: stop => watch({ leader: inner.pid, root, limits: layout.limits }, stop),
      notes: result => [
        ...limitNotes(result, layout.limits),
        ...networkNotes(result, access.network, proxy?.refusals() ?? []),
      ],
    },
    options.clock,
    signal,
  );
  proxy?.close();
  return ran;
}

/** Commands wait for whoever else wants the processor, us included: we must be able to stop them. */
function beLessUrgent(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) setPriority(child.pid, NICE);
  } catch {
    // It ended already.
  }
}

function connectNetwork(child: ChildProcess, descriptor: number, proxy: NetworkProxy): void {
  const streams: readonly unknown[] = child.stdio;
  const pipe = streams[descriptor];
  if (pipe instanceof Duplex) proxy.accept(pipe);
}

/** The first process inside, by its number outside: when it dies, the kernel kills everything else in there with it. */
function innerProcess() {
  let inner: { readonly pid: number; readonly started: string } | null = null;
  let ran = false;
  return {
    pid: () => inner?.pid ?? null,
    hear(line: string): void {
      const pid = Number(/"child-pid"\s*:\s*(\d+)/.exec(line)?.[1] ?? 0);
      if (pid > 0 && inner === null) inner = { pid, started: statOf(pid)?.started ?? '' };
      if (line.includes('"exit-code"')) ran = true;
    },
    async kill(child: ChildProcess): Promise<void> {
      if (inner !== null && statOf(inner.pid)?.started === inner.started) kill(inner.pid);
      if (child.exitCode === null && child.signalCode === null && inner === null) child.kill('SIGKILL');
      if (inner !== null) await waitForDeath(inner.pid);
    },
    neverRan: (code: number | null, complaint: string): string | null =>
      ran || complaint.trim() === '' ? null : `${complaint.trim()} (exit ${code})`,
  };
}

/** One command that looks at the protection from inside: it ends with the names of what is not protected. */
const PROBE = `
bad=
grep -q '^CapEff:[[:space:]]*0*$' /proc/self/status || bad="$bad capabilities"
grep -q '^Seccomp:[[:space:]]*2$' /proc/self/status || bad="$bad system-calls"
( : > /usr/.llmclis-probe ) 2>/dev/null && rm -f /usr/.llmclis-probe && bad="$bad writing-outside"
( : >> /proc/sys/kernel/core_pattern ) 2>/dev/null && bad="$bad kernel-settings"
[ "$(grep -c : /proc/net/dev)" -le 1 ] || bad="$bad network"
( : > "./probe" ) 2>/dev/null || bad="$bad cannot-write-inside"
echo "not protected:$bad"`;

/** Every process looks at the layout it is about to use; the long probes are `selfTest`. */
async function quickTest(sandbox: Sandbox, options: BubblewrapOptions): Promise<Result<void>> {
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
    const why = said || `exit ${ran.value.exit}`;
    return fail('sandbox.denied', `bubblewrap is installed but does not protect here (${why}).`, SANDBOX_HINT);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
