import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { detectVerify, newSettingsText } from '../config/detect.ts';
import { type Clock, isoSeconds } from '../core/clock.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Km } from '../km/km.ts';
import { newPlanText } from '../km/plan/templates.ts';
import type { InitReport } from './types.ts';

export type InitPlace = {
  /** Top folder of the git repository. */
  readonly root: string;
  /** False in a repository without commits. */
  readonly hasCommits: boolean;
  /** Folder of the registry that is shipped. */
  readonly shipped: string;
};

/** Registers a repository and writes what is missing in it: plans.md, llmclis.yaml, model_registry.yaml. Overwrites nothing. */
export function initProject(
  km: Km,
  place: InitPlace,
  options: { readonly name?: string; readonly verify?: string },
  clock: Clock,
): Result<InitReport> {
  const { root } = place;
  const read = (path: string): string | null =>
    existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null;
  const known = km.listProjects({ archived: true }).find(project => project.root === root);
  const name = options.name ?? known?.name ?? basename(root);
  const project = known === undefined ? km.addProject({ name, root }) : ok(known);
  if (!project.ok) return project;
  const detected =
    options.verify === undefined
      ? detectVerify({ read, exists: path => existsSync(join(root, path)), folders: () => foldersIn(root) })
      : null;
  const verify = options.verify === undefined ? (detected?.commands ?? []) : [options.verify];
  const files: readonly (readonly [string, () => string])[] = [
    ['plans.md', () => newPlanText({ name, iso: isoSeconds(clock.now()) })],
    ['llmclis.yaml', () => newSettingsText({ verify })],
    ['model_registry.yaml', () => readFileSync(join(place.shipped, 'model_registry.yaml'), 'utf8')],
  ];
  const written = writeMissing(root, files);
  if (!written.ok) return written;
  const kept = files.map(([path]) => path).filter(path => !written.value.includes(path));
  const warnings = [
    ...(detected?.warnings ?? []),
    ...(verify.length === 0
      ? ['No test command was found. Say it in llmclis.yaml (verify:), or give tasks checks of their own.']
      : []),
    ...(options.verify !== undefined && kept.includes('llmclis.yaml')
      ? ['llmclis.yaml was there already and is kept: write your verify command into it.']
      : []),
    ...(place.hasCommits
      ? []
      : ['The repository has no commit yet; make one before the first run: git add -A && git commit -m "Start"']),
  ];
  return ok({
    project: project.value,
    verify,
    verify_from: options.verify === undefined ? (detected?.from ?? null) : '--verify',
    written: written.value,
    kept,
    warnings,
  });
}

const foldersIn = (root: string): string[] =>
  readdirSync(root, { withFileTypes: true }).flatMap(entry => (entry.isDirectory() ? [entry.name] : []));

function writeMissing(root: string, files: readonly (readonly [string, () => string])[]): Result<string[]> {
  const written: string[] = [];
  try {
    for (const [path, text] of files) {
      if (existsSync(join(root, path))) continue;
      writeFileSync(join(root, path), text(), { flag: 'wx' });
      written.push(path);
    }
    return ok(written);
  } catch (problem) {
    const why = problem instanceof Error ? problem.message : String(problem);
    return fail(
      'input.invalid',
      `A file could not be written in ${root}: ${why}.`,
      'Make the folder writable and run llmclis init again.',
    );
  }
}
