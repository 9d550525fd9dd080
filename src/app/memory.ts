import { ok, type Result } from '../core/failure.ts';
import type { Memory } from '../memory/memory.ts';
import { createMemory } from '../memory/store.ts';
import { redactor } from '../secrets/secrets.ts';
import type { AppCore, Env } from './core.ts';

/** Names that hold a secret by custom; the values of these never reach disk, logs, prompts or child processes. */
const SECRET_NAME = /(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL)S?$/i;

export const secretsOf = (env: Env): readonly { readonly name: string; readonly value: string }[] =>
  Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && value.length >= 8 && SECRET_NAME.test(name) ? [{ name, value }] : [],
  );

export const redactorOf = (env: Env): ((text: string) => string) => redactor(secretsOf(env));

export function openMemory(core: AppCore): Result<Memory> {
  const database = core.database();
  return database.ok ? ok(createMemory(database.value.sqlite, core.clock, redactorOf(core.env))) : database;
}
