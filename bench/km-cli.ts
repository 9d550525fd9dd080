import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeBigDatabase } from './km-data.ts';
import { interleave, type Line, summarise } from './measure.ts';
import { type Command, type Peer, stagedTasks } from './peers.ts';

const program = join(dirname(import.meta.dirname), 'dist', 'bin.js');

/** Runs a command to its end, and throws when it fails. */
function run({ program, args }: Command, cwd: string, env: Readonly<Record<string, string>>): string {
  const ended = spawnSync(program, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (ended.status !== 0)
    throw new Error(`${program} ${args.join(' ')}: ${ended.status} ${ended.stderr}${ended.stdout}`);
  return ended.stdout;
}

const node = (...args: string[]): Command => ({ program: process.execPath, args });
const llmclis = (...args: string[]): Command => node(program, ...args);

/** A home folder whose one project has so many tasks; its folder is the project's root, without a plan file. */
function homeOf(folder: string, tasks: number): string {
  if (!existsSync(program)) throw new Error('dist/bin.js is not there: npm run build');
  const home = join(folder, `home-${tasks}`);
  mkdirSync(home);
  makeBigDatabase(join(home, 'llmclis.db'), tasks);
  return home;
}

const NEXT_SQL = `SELECT key, title FROM tasks WHERE project_id = 1 AND status = 'pending' AND open_blockers = 0 AND open_children = 0
  AND kind = 'task' AND vanished = 0 ORDER BY priority, plan_order, id LIMIT 1`;

const line = (
  what: string,
  ours: readonly number[],
  floor: string,
  beside: readonly number[],
  target: number | null,
): Line => {
  const [mine, its] = [summarise(ours), summarise(beside)];
  return { what, ours: mine, floor, floorIs: its, ratio: mine.min / its.min, target };
};

/** `llmclis next` as a process, on few and on many tasks, beside a bare Node and the `sqlite3` shell. */
export async function measureNext(folder: string, few: number, many: number, turns: number): Promise<readonly Line[]> {
  const [small, big] = [homeOf(folder, few), homeOf(folder, many)];
  const shell: Command = { program: 'sqlite3', args: [join(big, 'llmclis.db'), NEXT_SQL] };
  const hasShell = spawnSync('sqlite3', ['--version']).status === 0;
  const times = await interleave(
    turns,
    {
      node: () => run(node('-e', '0'), folder, {}),
      many: () => run(llmclis('next'), big, { LLMCLIS_HOME: big }),
      few: () => run(llmclis('next'), small, { LLMCLIS_HOME: small }),
      ...(hasShell && { shell: () => run(shell, folder, {}) }),
    },
    2,
  );
  const size = many.toLocaleString('en');
  return [
    line(`llmclis next, ${size} tasks`, times('many'), `the same on ${few}`, times('few'), 1.3),
    line('  beside Node', times('many'), 'node -e 0', times('node'), 1.8),
    ...(hasShell
      ? [line('  the same SQL in the sqlite3 shell', times('shell'), 'node -e 0', times('node'), null)]
      : []),
  ];
}

/** `next`, `task add`, `task done` beside the peers, every command a process, in one interleaved run. */
export async function measureCommands(
  folder: string,
  tasks: number,
  turns: number,
  peers: readonly Peer[],
): Promise<readonly Line[]> {
  const home = homeOf(folder, tasks);
  const env = { LLMCLIS_HOME: home };
  // Stages of 100 tasks; the first thirty of a hundred are done.
  const pending = (turn: number): string => `S${Math.ceil(tasks / 200) + 1}.${turn + 10}`;
  const places = peers.map((peer, index) => ({ peer, place: join(folder, `peer-${index}`) }));
  for (const { peer, place } of places) {
    mkdirSync(place);
    peer.layOut(place, stagedTasks(tasks));
  }
  const theirs = places.flatMap(({ peer, place }) => {
    const call = (command: Command) => run(command, place, peer.env(place));
    return [
      [`${peer.name} next`, () => call(peer.next)],
      [`${peer.name} add`, (turn: number) => call(peer.add(`A task of the bench ${turn + 5}`))],
      [`${peer.name} done`, (turn: number) => call(peer.done(turn + 10))],
    ] as const;
  });
  const times = await interleave(
    turns,
    {
      node: () => run(node('-e', '0'), folder, {}),
      next: () => run(llmclis('next'), home, env),
      add: turn => run(llmclis('task', 'add', `A task of the bench ${turn}`), home, env),
      done: turn => run(llmclis('task', 'done', pending(turn)), home, env),
      ...Object.fromEntries(theirs),
    },
    1,
  );
  const size = tasks.toLocaleString('en');
  const ours = (['next', 'add', 'done'] as const).map(name =>
    line(
      `llmclis ${name === 'next' ? name : `task ${name}`}, ${size} tasks`,
      times(name),
      'node -e 0',
      times('node'),
      null,
    ),
  );
  const beside = peers.flatMap(({ name: peer, quicker }) =>
    (['next', 'add', 'done'] as const).map(name => ({
      ...line(`${peer}: ${name}`, times(`${peer} ${name}`), `llmclis ${name}`, times(name), quicker),
      atLeast: true,
    })),
  );
  return [...ours, ...beside];
}
