import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePlan } from '../../src/km/plan/parse.ts';
import { planRefusal } from '../../src/km/plan/refusal.ts';
import { damageOf, insideWorld, type KmWorld, LAST_WORDS, planText } from './km-world.ts';
import { SHIPPED } from './run.ts';
import { typist } from './typed.ts';

/** The commands that are killed; a sync finds a task that a person wrote into the plan. */
export const KINDS = ['add', 'done', 'claim', 'sync'] as const;
export type Kind = (typeof KINDS)[number];
/** When: before its step of this number, or after this many milliseconds. */
export type When = { readonly step: number } | { readonly ms: number };
type Killed = { readonly out: string; readonly killed: boolean; readonly err: string; readonly exit: number | null };

const words = (kind: Kind, round: number): readonly string[] =>
  ({
    add: ['task', 'add', `Made in round ${round}`, '--key', `N${round}`],
    done: ['task', 'done', `D${round}`],
    claim: ['next', '--claim', '--worker', `w${round}`],
    sync: ['plan', 'sync'],
  })[kind];

/** Runs one command as a process, with `env` for the hook that counts its steps and kills it. */
const run = (world: KmWorld, kind: Kind, round: number, env: Readonly<Record<string, string>>, ms?: number) =>
  new Promise<Killed>(resolve => {
    const hook = join(SHIPPED, 'test/support/kill-hook.mjs');
    const args = ['--import', hook, join(SHIPPED, 'src/bin.ts'), ...words(kind, round), '--json'];
    const child = spawn(process.execPath, args, {
      cwd: world.root,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, LLMCLIS_HOME: world.home, ...env },
    });
    const timer = ms === undefined ? null : setTimeout(() => child.kill('SIGKILL'), ms);
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.on('close', (exit, signal) => {
      if (timer !== null) clearTimeout(timer);
      resolve({ out, err, exit, killed: signal === 'SIGKILL' });
    });
  });

/** Number of steps of such a command, and the milliseconds it takes; it is made for that once, unharmed. */
export async function measureKind(
  world: KmWorld,
  kind: Kind,
): Promise<{ readonly steps: number; readonly ms: number }> {
  await prepare(world, kind, 0);
  const file = join(world.home, 'steps.txt');
  const began = performance.now();
  const { exit, err } = await run(world, kind, 0, { KILL_COUNT: file });
  const ms = performance.now() - began;
  if (exit !== 0) throw new Error(`${kind}: ${err}`);
  const steps = Number(readFileSync(file, 'utf8'));
  rmSync(file);
  return { steps, ms };
}

/** What the command needs: a task to finish, a task that a person wrote into the plan. */
async function prepare(world: KmWorld, kind: Kind, round: number): Promise<void> {
  if (kind === 'done')
    await typist({ cwd: world.root, home: world.home })('task', 'add', 'To do', '--key', `D${round}`);
  if (kind !== 'sync') return;
  const text = planText(world);
  writeFileSync(
    join(world.root, 'plans.md'),
    text.replace('- [ ] **K1 ', `- [ ] **P${round} – By hand**\n- [ ] **K1 `),
  );
}

export type Round = { readonly problems: readonly string[]; readonly killed: boolean; readonly acknowledged: boolean };

/** Kills one command and looks at what is left: database, plan, what was acknowledged, and the next write. */
export async function killRound(world: KmWorld, kind: Kind, round: number, when: When): Promise<Round> {
  await prepare(world, kind, round);
  const before = planText(world);
  const env = 'step' in when ? { KILL_AT: String(when.step) } : {};
  const { out, err, exit, killed } = await run(world, kind, round, env, 'ms' in when ? when.ms : undefined);
  const acknowledged = out.trimEnd().endsWith('}');
  const broken = killed || exit === 0 ? [] : [`it ended with ${exit}: ${err}${out}`];
  const problems = [
    ...damageOf(world),
    ...planProblems(world, before),
    ...(acknowledged ? notKept(world, kind, round, out) : []),
    ...(await nextWrite(world, round)),
  ];
  return { problems: [...broken, ...problems], killed, acknowledged };
}

/** The text is the old one or the new one: whole, in order, every task of before still in it once. */
function planProblems(world: KmWorld, before: string): readonly string[] {
  const text = planText(world);
  if (text === before) return [];
  const refusal = planRefusal(parsePlan(text), 'plans.md');
  const lost = keysOf(before).filter(key => !keysOf(text).includes(key));
  return [
    ...(refusal === null ? [] : [`the plan is refused: ${refusal.message}`]),
    ...(text.includes(LAST_WORDS) ? [] : ['the plan is cut']),
    ...lost.map(key => `${key} is not in the plan any more`),
  ];
}

const keysOf = (text: string): readonly string[] => [...text.matchAll(/\*\*(\w+) – /g)].map(match => match[1] ?? '');

/** What the process said it had done, and the database does not know. */
function notKept(world: KmWorld, kind: Kind, round: number, out: string): readonly string[] {
  const { app, km, project } = insideWorld(world);
  const keeps = (key: string, fits: (task: { id: number; status: string }) => boolean): readonly string[] => {
    const task = km.task(project.id, key);
    return task.ok && fits(task.value) ? [] : [`lost: ${kind} of ${key}`];
  };
  const said = JSON.parse(out) as { task?: { key: string } };
  const lost = {
    add: () => keeps(`N${round}`, () => true),
    done: () => keeps(`D${round}`, ({ status }) => status === 'done'),
    claim: () =>
      said.task === undefined
        ? []
        : keeps(said.task.key, ({ id }) =>
            km.history(id).some(row => row.agent === `w${round}` && row.kind === 'claimed'),
          ),
    sync: () => keeps(`P${round}`, () => true),
  }[kind]();
  app.close();
  return lost;
}

const leftIn = ({ root }: KmWorld): readonly string[] => readdirSync(root).filter(name => name !== 'plans.md');

/** The next command works at once, brings plan and database in step, and leaves nothing behind. */
async function nextWrite(world: KmWorld, round: number): Promise<readonly string[]> {
  const type = typist({ cwd: world.root, home: world.home });
  // A minute later, so that a half-written file counts as left over.
  for (const name of leftIn(world)) utimesSync(join(world.root, name), 0, 0);
  const added = await type('task', 'add', 'The next one', '--key', `X${round}`);
  const synced = await type('plan', 'sync');
  const calm = JSON.stringify({ changed_files: [], to_database: 0, to_file: 0, conflicts: [] });
  return [
    ...(added.exit === 0 ? [] : [`the next write ended with ${added.exit}: ${JSON.stringify(added.json)}`]),
    ...(keysOf(planText(world)).includes(`X${round}`) ? [] : ['the next write is not in the plan']),
    ...(JSON.stringify(synced.json) === calm ? [] : [`a sync still finds something: ${JSON.stringify(synced.json)}`]),
    ...leftIn(world).map(name => `left behind: ${name}`),
  ];
}
