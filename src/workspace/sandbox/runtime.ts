import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { newId } from '../../core/clock.ts';
import { fail, ok, type Result } from '../../core/failure.ts';
import { shellQuoted } from '../../core/shell-quote.ts';
import type { CommandResult, Sandbox, SandboxedCommand } from '../../core/workspace.ts';
import { isInside, realOrNull } from '../paths.ts';
import type { BubblewrapOptions } from './bubblewrap.ts';
import { absolute } from './find.ts';
import { ALWAYS_HIDDEN } from './layout.ts';
import { limitNotes, processLimits } from './limits.ts';
import { networkNotes } from './network/notes.ts';
import { COMMON_VARIABLES } from './plain.ts';
import { killTree, MARK } from './processes.ts';
import { supervise, wrapperScript } from './supervise.ts';
import { toolchainsOf } from './toolchains.ts';

const PACKAGE = '@anthropic-ai/sandbox-runtime';
export const RUNTIME_HINT = `npm install -g ${PACKAGE}`;

export type RuntimeOptions = Omit<BubblewrapOptions, 'untrusted' | 'node'> & {
  /** Folder whose node_modules has the package; null: where llmclis itself is installed. */
  readonly from: string | null;
};

type Configuration = {
  readonly network: { readonly allowedDomains: readonly string[]; readonly deniedDomains: readonly string[] };
  readonly filesystem: {
    readonly denyRead: readonly string[];
    readonly allowRead: readonly string[];
    readonly allowWrite: readonly string[];
    readonly denyWrite: readonly string[];
  };
};

/** The part of the package that is used. */
type Manager = {
  isSupportedPlatform(): boolean;
  checkDependencies(): { readonly errors: readonly string[] };
  getConfig(): unknown;
  updateConfig(config: Configuration): void;
  initialize(config: Configuration): Promise<void>;
  wrapWithSandbox(command: string, shell: string, config: Partial<Configuration>): Promise<string>;
  cleanupAfterCommand(): void;
};

const NOTE =
  'Commands run in sandbox-runtime: they can write only in the task’s worktree, see neither your home nor your keys, and reach no network but the hosts you allowed.';
const METHODS = [
  'isSupportedPlatform',
  'checkDependencies',
  'getConfig',
  'updateConfig',
  'initialize',
  'wrapWithSandbox',
  'cleanupAfterCommand',
];

const isManager = (value: unknown): value is Manager =>
  typeof value === 'object' && value !== null && METHODS.every(name => typeof Reflect.get(value, name) === 'function');

/** The package is no dependency of ours: it is there when a person installed it. */
async function load(from: string | null): Promise<Result<Manager>> {
  const place = from === null ? PACKAGE : pathToFileURL(join(from, 'node_modules', PACKAGE, 'dist/index.js')).href;
  try {
    const loaded: unknown = await import(place);
    const manager = typeof loaded === 'object' && loaded !== null ? Reflect.get(loaded, 'SandboxManager') : null;
    if (isManager(manager)) return ok(manager);
    return fail(
      'sandbox.missing',
      `${PACKAGE} is installed in a version that llmclis does not know.`,
      `${RUNTIME_HINT}@0.0.83`,
    );
  } catch (problem) {
    const why = problem instanceof Error && !/Cannot find/.test(problem.message) ? ` (${problem.message})` : '';
    return fail(
      'sandbox.missing',
      `Commands of a model run in a sandbox, and ${PACKAGE} was not found${why}.`,
      RUNTIME_HINT,
    );
  }
}

/** The protecting backend where there is no bubblewrap: macOS. Fails closed like the other one. */
export async function runtimeSandbox(options: RuntimeOptions): Promise<Result<Sandbox>> {
  const loaded = await load(options.from);
  if (!loaded.ok) return loaded;
  const manager = loaded.value;
  const places = await placesOf(options);
  // It knows names, not ports: a host with a port stays closed.
  const hosts = options.network.filter(host => !host.includes(':'));
  const allowedDomains = hosts.filter(host => !host.startsWith('!'));
  const deniedDomains = hosts.filter(host => host.startsWith('!')).map(host => host.slice(1));
  const network = { allowedDomains, deniedDomains };
  const configuration = { network, filesystem: { ...places, allowWrite: [], denyWrite: [] } };
  try {
    const { errors } = manager.checkDependencies();
    if (!manager.isSupportedPlatform() || errors.length > 0)
      return fail(
        'sandbox.denied',
        `${PACKAGE} does not work here: ${errors.join(' ') || 'it knows no such system'}.`,
        'See: llmclis doctor',
      );
    // One for the whole process: a second one would end the network of the first.
    if (manager.getConfig() === undefined) await manager.initialize(configuration);
    else manager.updateConfig(configuration);
  } catch (problem) {
    const why = problem instanceof Error ? problem.message : String(problem);
    return fail('sandbox.denied', `${PACKAGE} could not be started: ${why}`, 'See: llmclis doctor');
  }
  const sandbox: Sandbox = {
    name: 'sandbox-runtime',
    note: NOTE,
    run: (command, signal) => runIn(manager, options, places, command, signal),
  };
  const tested = await quickTest(sandbox, options);
  return tested.ok ? ok(sandbox) : tested;
}

/** It must let write inside and not beside; what is said about it elsewhere was not tried on this machine. */
async function quickTest(sandbox: Sandbox, options: RuntimeOptions): Promise<Result<void>> {
  const root = await realpath(await mkdtemp(join(options.temp, 'probe-')));
  const beside = `${root}-beside`;
  try {
    const command = `echo x > ${shellQuoted(join(root, 'inside'))} || echo inside; ( echo x > ${shellQuoted(beside)} ) 2>/dev/null && echo beside; echo tried`;
    const spill_file = join(options.temp, 'probe.txt');
    const ran = await sandbox.run({ command, root, timeout_s: 30, readonly_paths: [], spill_file });
    if (!ran.ok) return ran;
    if (ran.value.output === 'tried\n') return ok(undefined);
    return fail(
      'sandbox.denied',
      `${PACKAGE} does not protect here: ${ran.value.output.trim()}`,
      'See: llmclis doctor',
    );
  } finally {
    await rm(root, { recursive: true, force: true });
    await rm(beside, { force: true });
  }
}

type Places = { readonly denyRead: readonly string[]; readonly allowRead: readonly string[] };

async function placesOf(options: RuntimeOptions): Promise<Places> {
  const wanted = await Promise.all([options.home, '/Users', ...options.hidden, ...ALWAYS_HIDDEN].map(realOrNull));
  const denyRead = [...new Set(wanted.filter(place => place !== null && place !== '/'))].filter(
    place => place !== null,
  );
  const inner_home = join(options.temp, 'home');
  const toolchains = await toolchainsOf({ path: options.path, home: options.home, hidden: denyRead, inner_home });
  const readable = (await Promise.all(options.readable.map(realOrNull))).filter(path => path !== null);
  const own = options.hidden;
  const allowed = readable.filter(path => !own.some(place => isInside(place, path) || isInside(path, place)));
  return { denyRead, allowRead: [...toolchains.mounts.map(({ from }) => from), ...allowed] };
}

async function runIn(
  manager: Manager,
  options: RuntimeOptions,
  places: Places,
  command: SandboxedCommand,
  signal: AbortSignal | undefined,
): Promise<Result<CommandResult>> {
  const root = await realOrNull(command.root);
  if (root === null)
    return fail('sandbox.denied', `The folder ${command.root} is not there.`, 'Open the workspace again.');
  const mark = newId(options.clock);
  const [home, temporary] = [join(options.temp, 'home'), join(options.temp, 'tmp')];
  await Promise.all([home, temporary].map(folder => mkdir(folder, { recursive: true })));
  const filesystem = {
    denyRead: places.denyRead,
    allowRead: [...places.allowRead, root, home, temporary, ...command.readonly_paths],
    allowWrite: [root, home, temporary],
    denyWrite: command.readonly_paths,
  };
  // The package sets a TMPDIR of its own, which need not be there.
  const line = `export TMPDIR=${shellQuoted(temporary)}; ${command.command}`;
  const wrapped = await manager.wrapWithSandbox(line, '/bin/bash', { filesystem });
  // `-u` would count the person's own processes here.
  const limits = processLimits(options.limits).filter(limit => !/^-[ud]/.test(limit));
  const ran = await supervise(
    {
      file: '/bin/bash',
      args: ['-c', wrapperScript(limits), 'bash', wrapped],
      cwd: root,
      env: {
        ...options.secrets,
        ...COMMON_VARIABLES,
        ...{ PATH: absolute(options.path).join(':'), HOME: home, TMPDIR: temporary, [MARK]: mark },
      },
      extra: [],
      timeout_s: command.timeout_s,
      spill_file: command.spill_file,
    },
    {
      started: () => undefined,
      kill: async child => {
        if (child.pid !== undefined) await killTree(child.pid, mark);
      },
      neverRan: () => null,
      notes: result => [...limitNotes(result, options.limits), ...networkNotes(result, options.network, [])],
    },
    options.clock,
    signal,
  );
  manager.cleanupAfterCommand();
  return ran;
}
