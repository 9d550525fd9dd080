import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fail, ok, type Result } from '../core/failure.ts';
import { parseRegistry, type Registry } from '../router/registry.ts';

export type LoadedRegistry = { readonly registry: Registry; readonly file: string; readonly folder: string };

/** Where a registry is looked for, in this order: the flag, the project, the user's folder, the one that is shipped. */
export function loadRegistry(places: {
  readonly flag?: string;
  readonly cwd: string;
  readonly project: string | null;
  readonly home: string;
  readonly shipped: string;
}): Result<LoadedRegistry> {
  const name = 'model_registry.yaml';
  const candidates = [
    ...(places.project === null ? [] : [join(places.project, name)]),
    join(places.home, name),
    join(places.shipped, name),
  ];
  const file = places.flag === undefined ? candidates.find(path => existsSync(path)) : resolve(places.cwd, places.flag);
  if (file === undefined || !existsSync(file))
    return fail(
      'registry.invalid',
      `There is no model registry at ${file ?? candidates.join(', ')}.`,
      'Name one with --registry FILE, or run: llmclis init',
    );
  const parsed = parseRegistry(readFileSync(file, 'utf8'), file);
  return parsed.ok ? ok({ registry: parsed.value, file, folder: dirname(file) }) : parsed;
}
