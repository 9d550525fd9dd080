import { join } from 'node:path';
import { ok, type Result } from '../../../core/failure.ts';
import { shellQuoted } from '../../../core/shell-quote.ts';
import type { Sandbox } from '../../../core/workspace.ts';
import { type BubblewrapOptions, bubblewrapSandbox } from '../bubblewrap.ts';
import { CONTROLS } from './controls.ts';
import { FILE_PROBES } from './files.ts';
import type { Control, Probe, Scene } from './probe.ts';
import { type OpenScene, openScene, type Seen } from './scene.ts';
import { SYSTEM_PROBES } from './system.ts';

export const PROBES: readonly Probe[] = [...FILE_PROBES, ...SYSTEM_PROBES];

export type ProbeOutcome = {
  readonly name: string;
  /** What an attacker does; null for something harmless that must work. */
  readonly attack: string | null;
  /** `held` and `works` are good; `untried` is where a tool is missing to try it with. */
  readonly result: 'held' | 'escaped' | 'works' | 'fails' | 'untried';
  /** What the host saw, where that is how it came out. */
  readonly seen?: string;
};

const UNTRIED = 77;

/** One script for all of them, so that they cost one sandbox: a line with name and status for each. */
export const scriptOf = (tries: readonly (Probe | Control)[], scene: Scene): string =>
  `probe() { ( eval "$2" ) < /dev/null > /dev/null 2>&1; echo "$1 $?"; }\n${tries
    .map(({ name, tries: attempt }) => `probe ${name} ${shellQuoted(attempt(scene))}`)
    .join('\n')}\n`;

const SECONDS = 90;

/** Runs tries in a sandbox, in the scene's worktree; what has no line in the answer is missing from the map. */
export async function statuses(
  sandbox: Sandbox,
  scene: Scene,
  tries: readonly (Probe | Control)[],
): Promise<Result<ReadonlyMap<string, number>>> {
  const ran = await sandbox.run({
    command: scriptOf(tries, scene),
    root: scene.root,
    timeout_s: SECONDS,
    readonly_paths: [join(scene.project, '.git'), join(scene.root, '.git')],
    spill_file: join(scene.data, 'probes.txt'),
  });
  if (!ran.ok) return ran;
  const lines = ran.value.output.split('\n').flatMap(line => {
    const [, name = '', status = ''] = /^([\w-]+) (\d+)$/.exec(line) ?? [];
    return name === '' ? [] : [[name, Number(status)] as const];
  });
  return ok(new Map(lines));
}

/** An attack without an answer counts as one that worked: what cannot be shown does not protect. */
function outcomeOf(probe: Probe | Control, status: number | undefined, seen: Seen): ProbeOutcome {
  const { name } = probe;
  const what = seen[name];
  if (!('attack' in probe)) {
    const result = status === 0 ? 'works' : status === UNTRIED ? 'untried' : 'fails';
    return { name, attack: null, result };
  }
  if (what !== undefined) return { name, attack: probe.attack, result: 'escaped', seen: what };
  const result = status === undefined || status === 0 ? 'escaped' : status === UNTRIED ? 'untried' : 'held';
  return { name, attack: probe.attack, result };
}

/** Attacks the sandbox in every known way and does what builds do, in a scene of its own; harms nothing where one succeeds. */
export async function probeSandbox(options: BubblewrapOptions): Promise<Result<readonly ProbeOutcome[]>> {
  const opened: OpenScene = await openScene(options.temp, options.clock);
  try {
    const { scene } = opened;
    const sandbox = await bubblewrapSandbox({
      ...options,
      home: scene.home,
      hidden: [...options.hidden, options.home, scene.data, scene.project],
      ...{ network: [], readable: [], secrets: {} },
    });
    if (!sandbox.ok) return sandbox;
    const all = [...PROBES, ...CONTROLS];
    const found = await statuses(sandbox.value, scene, all);
    if (!found.ok) return found;
    const seen = opened.seen();
    return ok(all.map(probe => outcomeOf(probe, found.value.get(probe.name), seen)));
  } finally {
    opened.close();
  }
}
