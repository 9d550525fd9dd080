import { createHash } from 'node:crypto';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { release, userInfo } from 'node:os';
import { fail, ok, type Result } from '../../core/failure.ts';
import { findBubblewrap } from './find.ts';
import { bubblewrapArguments } from './layout.ts';
import { layoutOf } from './look.ts';
import type { BubblewrapOptions } from './options.ts';
import { type ProbeOutcome, probeSandbox } from './probes/run.ts';
import { seccompFilter } from './seccomp.ts';

export type SelfTest = {
  /** Where the last good outcome is remembered, under its key. */
  readonly file: string;
  /** Of llmclis. */
  readonly version: string;
};

/** Outcomes that are remembered: other PATHs and projects have other keys. */
const MOST_KEYS = 50;

/** All that the outcome depends on: kernel, bubblewrap, user, filter, and how the sandbox would be made. */
async function keyOf(options: BubblewrapOptions, version: string): Promise<string> {
  const bwrap = await findBubblewrap(options);
  const info = bwrap === null ? null : await stat(bwrap).catch(() => null);
  const layout = bwrap === null ? null : await layoutOf(options, bwrap);
  const command = { root: '/run/worktree', command: '', readonly_paths: [] };
  const facts = [
    ...[version, release(), process.arch, userInfo().uid, bwrap, info?.size ?? 0, info?.mtimeMs ?? 0],
    Buffer.from(seccompFilter(process.arch) ?? []).toString('hex'),
    layout === null ? null : bubblewrapArguments(layout, command),
  ];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

async function remembered(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch(() => '[]');
  try {
    const keys: unknown = JSON.parse(text);
    return Array.isArray(keys) ? keys.filter(key => typeof key === 'string') : [];
  } catch {
    return [];
  }
}

/** A full disk or a read-only folder only means that the probes run again next time. */
async function remember(file: string, keys: readonly string[]): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  await writeFile(part, `${JSON.stringify(keys)}\n`)
    .then(() => rename(part, file))
    .catch(() => undefined);
}

export const escapesOf = (outcomes: readonly ProbeOutcome[]): readonly ProbeOutcome[] =>
  outcomes.filter(({ result }) => result === 'escaped');

/** Runs the probes once for each kind of machine, user and layout; fails closed when an attack gets through. */
export async function selfTest(options: BubblewrapOptions, { file, version }: SelfTest): Promise<Result<void>> {
  const key = await keyOf(options, version);
  const keys = await remembered(file);
  if (keys.includes(key)) return ok(undefined);
  const outcomes = await probeSandbox(options);
  if (!outcomes.ok) return outcomes;
  const escapes = escapesOf(outcomes.value);
  if (escapes.length === 0) {
    await remember(file, [...keys, key].slice(-MOST_KEYS));
    return ok(undefined);
  }
  const names = escapes.map(({ name, attack, seen }) => `${name} (${seen ?? attack})`).join('; ');
  const hint = 'See each attack: llmclis doctor --probe. Without protection, at your own risk: --no-sandbox';
  return fail('sandbox.denied', `The sandbox does not hold here. What got through: ${names}.`, hint);
}
