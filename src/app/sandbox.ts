import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ok, type Result } from '../core/failure.ts';
import type { Settings } from '../core/settings.ts';
import type { Sandbox } from '../core/workspace.ts';
import type { Project } from '../km/km.ts';
import { bubblewrapSandbox } from '../workspace/bubblewrap.ts';
import { plainSandbox } from '../workspace/plain.ts';
import type { AppCore } from './core.ts';

/** A folder of ours for what lives as long as a process. */
export function tempOf(core: AppCore): string {
  const folder = join(core.home, 'temp');
  mkdirSync(folder, { recursive: true });
  return folder;
}

const pathOf = (core: AppCore): string => core.env.PATH ?? '/usr/local/bin:/usr/bin:/bin';

/** Runs commands with the person's own rights: for trusted ones, and where a person asked for it. */
export const unprotected = (core: AppCore): Sandbox =>
  plainSandbox({ path: pathOf(core), temp: tempOf(core), clock: core.clock });

/** The sandbox that the settings ask for; without one there is no run. */
export async function sandboxOf(core: AppCore, project: Project, settings: Settings): Promise<Result<Sandbox>> {
  if (settings.sandbox.value === 'none') return ok(unprotected(core));
  const worktrees = join(core.home, 'worktrees');
  return bubblewrapSandbox({
    path: pathOf(core),
    home: core.env.HOME ?? homedir(),
    hidden: [core.home, project.root],
    untrusted: [project.root, worktrees],
    temp: tempOf(core),
    clock: core.clock,
  });
}
