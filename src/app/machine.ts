import { readFileSync, statSync } from 'node:fs';
import { release } from 'node:os';
import { type Failure, failure } from '../core/failure.ts';
import { factsOf, type SystemFacts } from '../workspace/sandbox/facts.ts';
import { type Bubblewrap, describeBubblewrap, findBubblewrap } from '../workspace/sandbox/find.ts';
import { type Remedy, remedyFor } from '../workspace/sandbox/remedies.ts';
import type { AppCore } from './core.ts';

const read = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
};

const hasSetuid = (path: string): boolean => {
  try {
    return (statSync(path).mode & 0o4000) !== 0;
  } catch {
    return false;
  }
};

type Places = { readonly path: string; readonly untrusted: readonly string[]; readonly temp: string };

/** The bubblewrap that would be used, or null. */
export async function bubblewrapHere(core: AppCore, places: Places): Promise<Bubblewrap | null> {
  const path = process.platform === 'linux' ? await findBubblewrap(places) : null;
  return path === null ? null : describeBubblewrap(path, places.temp, core.clock);
}

/** What this machine is, as far as a sandbox cares; `complaint` is what the sandbox said when it was tried. */
export const machineFacts = (bwrap: Bubblewrap | null, complaint: string | null): SystemFacts =>
  factsOf(
    { read, platform: process.platform, arch: process.arch, release: release(), uid: process.getuid?.() ?? 1000 },
    { bwrap: bwrap === null ? null : { ...bwrap, setuid: hasSetuid(bwrap.path) }, complaint },
  );

export async function remedyHere(core: AppCore, places: Places, complaint: string | null): Promise<Remedy> {
  return remedyFor(machineFacts(await bubblewrapHere(core, places), complaint));
}

/** The same failure with the reason on this machine, and the way out. */
export async function explained(core: AppCore, places: Places, problem: Failure): Promise<Failure> {
  const remedy = await remedyHere(core, places, problem.message);
  return failure(
    problem.code,
    `There is no sandbox for the commands of models. ${remedy.message}`,
    remedy.steps.join('\n'),
    {
      remedy: remedy.id,
    },
  );
}
