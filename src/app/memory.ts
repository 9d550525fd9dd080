import { stripVTControlCharacters } from 'node:util';
import { ok, type Result } from '../core/failure.ts';
import type { Memory } from '../memory/memory.ts';
import { createMemory } from '../memory/store.ts';
import type { Registry } from '../router/registry.ts';
import { redactor } from '../secrets/secrets.ts';
import type { AppCore, Env } from './core.ts';

/** Names that hold a secret by custom; the values of these never reach disk, logs, prompts or child processes. */
const SECRET_NAME = /(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL)S?$/i;

export const secretsOf = (
  env: Env,
  names: readonly string[] = [],
): readonly { readonly name: string; readonly value: string }[] =>
  Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && value.length >= 8 && (names.includes(name) || SECRET_NAME.test(name))
      ? [{ name, value }]
      : [],
  );

/** The variables in which a registry's providers find their keys, whatever they are called. */
export const keyNames = (registry: Pick<Registry, 'providers'>): readonly string[] =>
  Object.values(registry.providers).flatMap(({ api_key_env }) => api_key_env ?? []);

/** Control characters but tab and line ends: nothing that is kept needs them, and git and terminals stumble over them. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** Makes a text fit to be kept: known secrets and control characters go. Colours go first, whole. */
export function redactorOf(env: Env, names: readonly string[] = []): (text: string) => string {
  const redact = redactor(secretsOf(env, names));
  return text => redact(stripVTControlCharacters(text).replace(CONTROL, ''));
}

export function openMemory(core: AppCore): Result<Memory> {
  const database = core.database();
  return database.ok ? ok(createMemory(database.value.sqlite, core.clock, redactorOf(core.env))) : database;
}
