import { ok, type Result } from '../core/failure.ts';
import type { Memory } from '../memory/memory.ts';
import { createMemory } from '../memory/store.ts';
import type { AppCore, Env } from './core.ts';
import { knownSecrets, secretsOf } from './known-secrets.ts';
import { memoryParts } from './memory-parts.ts';
import { secretsHere } from './secrets-for.ts';

/** Makes a text fit to be kept: known secrets and control characters go. */
export const redactorOf = (env: Env, names: readonly string[] = []): ((text: string) => string) =>
  knownSecrets(secretsOf(env, names)).clean;

/** Memory, behind the gate of the secrets that are known. */
export function openMemory(core: AppCore, known = secretsHere(core)): Result<Memory> {
  const database = core.database();
  if (!database.ok) return database;
  const { dense } = core.once(memoryParts);
  return ok(createMemory(database.value.sqlite, core.clock, text => known.keep(known.clean(text)), dense));
}
