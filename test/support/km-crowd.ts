import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Done } from './km-operations.ts';
import { insideWorld, type KmWorld } from './km-world.ts';

const PROGRAM = join(import.meta.dirname, 'km-process.ts');

export type Member = {
  /** What it said it had done. */
  readonly done: readonly Done[];
  /** Empty unless it failed. */
  readonly problem: string;
  readonly killed: boolean;
};
export type Errand = {
  readonly name: string;
  readonly seed: number;
  readonly count: number;
  /** Claims and nothing else. */
  readonly claims?: boolean;
  /** Kill it with -9 after it said so many lines. */
  readonly killAfter?: number;
};

/** Starts one process on the world and waits for its end. */
export const send = (world: KmWorld, { name, seed, count, claims, killAfter }: Errand): Promise<Member> =>
  new Promise(resolve => {
    const words = [PROGRAM, world.root, world.home, name, `${seed}`, `${count}`, claims === true ? 'claim' : ''];
    const child = spawn(process.execPath, words);
    let out = '';
    let problem = '';
    let killed = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (killAfter === undefined || killed || out.split('\n').length <= killAfter) return;
      killed = child.kill('SIGKILL');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      problem += text;
    });
    child.on('close', (code, signal) => {
      const lines = out.slice(0, out.lastIndexOf('\n') + 1).split('\n');
      const said = lines.filter(line => line !== '').map(line => JSON.parse(line) as Done | { op: 'end' });
      const done = said.filter((line): line is Done => line.op !== 'end');
      const whole = signal === 'SIGKILL' || (code === 0 && said.length > done.length);
      resolve({
        done,
        problem: whole ? '' : problem || `It ended with ${code ?? signal}.`,
        killed: signal === 'SIGKILL',
      });
    });
  });

type Entry = { readonly kind: string; readonly data: Readonly<Record<string, unknown>> };

/** Each acknowledged write that is not there, and each task that two held at once. */
export function lostOf(world: KmWorld, members: readonly Member[]): readonly string[] {
  const { app, km } = insideWorld(world);
  const histories = new Map<number, readonly Entry[]>();
  const historyOf = (id: number): readonly Entry[] => {
    const known = histories.get(id) ?? km.history(id);
    histories.set(id, known);
    return known;
  };
  const told = members.flatMap(({ done }) => done);
  const lost = told.filter(one => !isThere(one, historyOf, id => km.notes(id).map(({ text }) => text)));
  const problems = lost.map(one => `lost: ${JSON.stringify(one)}`);
  const ids = new Set(told.flatMap(({ id }) => (id === undefined ? [] : [id])));
  const twice = [...ids].filter(id => isHeldTwice(historyOf(id))).map(id => `claimed twice at once: task ${id}`);
  const tokens = told.filter(({ op }) => op === 'claim').map(({ token }) => token);
  const alike = tokens.length === new Set(tokens).size ? [] : ['two claims have one token'];
  app.close();
  return [...problems, ...twice, ...alike];
}

function isThere(
  { op, id = 0, text }: Done,
  historyOf: (id: number) => readonly Entry[],
  notesOf: (id: number) => readonly string[],
): boolean {
  const has = (fits: (entry: Entry) => boolean): boolean => historyOf(id).some(fits);
  switch (op) {
    case 'add':
      return has(({ kind, data }) => kind === 'created' && data.title === text);
    case 'edit':
      return has(({ kind, data }) => kind === 'edited' && JSON.stringify(data.description ?? '').includes(`"${text}"`));
    case 'note':
      return notesOf(id).includes(text ?? '');
    case 'dep':
      return has(({ kind, data }) => (kind === 'depends' && data.added === text) || 'depends_on' in data);
    case 'claim':
      return has(({ kind }) => kind === 'claimed');
    case 'done':
      return has(({ kind, data }) => kind === 'status' && data.to === 'done');
    case 'release':
      return has(({ kind, data }) => kind === 'released' && data.because === 'given back');
    default:
      return true;
  }
}

/** Between two claims of a task there must be its end, its release or its claim's running out. */
function isHeldTwice(history: readonly Entry[]): boolean {
  let held = false;
  for (const { kind } of history) {
    if (kind === 'claimed' && held) return true;
    held = kind === 'claimed' || (held && kind !== 'released' && kind !== 'status');
  }
  return false;
}
