import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One command of a program. */
export type Command = { readonly program: string; readonly args: readonly string[] };
/** A task as every tool is given it. */
export type PeerTask = { readonly id: number; readonly done: boolean; readonly depends_on: readonly number[] };

/** Ready tasks, all alike. */
export const readyTasks = (count: number): readonly PeerTask[] =>
  numbers(count).map(id => ({ id, done: false, depends_on: [] }));

/** Like those of the big database: each of a hundred depends on the two before it; the last three tenths are done. */
export const stagedTasks = (count: number): readonly PeerTask[] =>
  numbers(count).map(id => ({
    id,
    done: id > count * 0.7,
    depends_on: [id - 2, id - 1].filter(other => other >= 1 && (other - 1) % 100 < (id - 1) % 100),
  }));

/** Another task tool, laid out in a folder of its own. */
export type Peer = {
  readonly name: string;
  /** What it is measured against: `llmclis` must be so many times quicker. */
  readonly quicker: number;
  layOut(folder: string, tasks: readonly PeerTask[]): void;
  env(folder: string): Readonly<Record<string, string>>;
  /** What a person types. */
  readonly next: Command;
  /** What a program asks: the next task that nobody works on yet. */
  readonly ask: Command;
  add(title: string): Command;
  /** It is worked on from now on. */
  start(id: number): Command;
  done(id: number): Command;
  /** Id of the task in the output of `ask`, null when there is none. */
  nextId(out: string): number | null;
  /** Titles of all tasks that can still be read. */
  titles(folder: string): readonly string[];
};

/** Folder whose `node_modules` holds backlog.md, task-master-ai and mdast-util-from-markdown, from LLMCLIS_PEERS. */
export const peersFolder = (): string | null => process.env.LLMCLIS_PEERS ?? null;

function find(program: string): string | null {
  const folder = peersFolder();
  const own = folder === null ? null : join(folder, 'node_modules', '.bin', program);
  if (own !== null && existsSync(own)) return own;
  const paths = (process.env.PATH ?? '').split(':').map(path => join(path, program));
  return paths.find(path => existsSync(path)) ?? null;
}

const titleOf = (id: number): string => `Make part ${id}`;
const uuidOf = (id: number): string => `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`;
const numbers = (tasks: number): readonly number[] => Array.from({ length: tasks }, (_, index) => index + 1);

function taskwarrior(program: string): Peer | null {
  const version = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.trim();
  const env = (folder: string) => ({ TASKRC: join(folder, 'taskrc'), TASKDATA: join(folder, 'data') });
  const command = (...args: string[]): Command => ({ program, args });
  const exported = (folder: string) => {
    const ended = spawnSync(program, ['export'], {
      env: { ...process.env, ...env(folder) },
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    return JSON.parse(ended.stdout || '[]') as readonly { description: string }[];
  };
  return {
    name: `Taskwarrior ${version}`,
    quicker: version.startsWith('2') ? 10 : 2,
    layOut(folder, tasks) {
      mkdirSync(join(folder, 'data'), { recursive: true });
      // As it comes, but for its questions.
      writeFileSync(join(folder, 'taskrc'), 'confirmation=off\ndependency.confirmation=off\nnews.version=9.9.9\n');
      const all = tasks.map(({ id, done, depends_on }) => ({
        ...{ uuid: uuidOf(id), description: titleOf(id), entry: '20261121T090000Z' },
        ...(done ? { status: 'completed', end: '20261121T100000Z' } : { status: 'pending' }),
        ...(depends_on.length > 0 && { depends: depends_on.map(uuidOf).join(',') }),
      }));
      writeFileSync(join(folder, 'tasks.json'), JSON.stringify(all));
      const ended = spawnSync(program, ['import', join(folder, 'tasks.json')], {
        env: { ...process.env, ...env(folder) },
      });
      if (ended.status !== 0) throw new Error(`${version}: ${ended.stderr}`);
    },
    env,
    next: command('next'),
    ask: command(
      'limit:1',
      'rc.report.next.columns=id',
      'rc.report.next.labels=ID',
      'rc.report.next.filter=status:pending -ACTIVE',
      'next',
    ),
    add: title => command('add', title),
    start: id => command(String(id), 'start'),
    done: id => command(String(id), 'done'),
    nextId: out => Number(/^\s*(\d+)/m.exec(out)?.[1] ?? 0) || null,
    titles: folder => exported(folder).map(({ description }) => description),
  };
}

function backlog(program: string): Peer {
  const command = (...args: string[]): Command => ({ program, args });
  const folderOf = (folder: string): string => join(folder, 'backlog', 'tasks');
  return {
    name: 'Backlog.md',
    quicker: 20,
    layOut(folder, tasks) {
      mkdirSync(folderOf(folder), { recursive: true });
      // No look at other branches or remotes: that would only make it slower.
      writeFileSync(
        join(folder, 'backlog', 'config.yml'),
        'project_name: "bench"\ndefault_status: "To Do"\nstatuses: ["To Do", "In Progress", "Done"]\nlabels: []\ndate_format: yyyy-mm-dd\nremote_operations: false\nauto_commit: false\ncheck_active_branches: false\ntask_prefix: "task"\n',
      );
      for (const { id, done, depends_on } of tasks) {
        const status = done ? 'Done' : 'To Do';
        const dependencies = depends_on.map(other => `TASK-${other}`).join(', ');
        const head = `---\nid: TASK-${id}\ntitle: ${titleOf(id)}\nstatus: ${status}\nassignee: []\ncreated_date: '2026-11-21 09:00'\nlabels: []\ndependencies: [${dependencies}]\nordinal: ${id}\n---\n`;
        writeFileSync(join(folderOf(folder), `task-${id} - Make-part-${id}.md`), head);
      }
      spawnSync('git', ['init', '--quiet'], { cwd: folder });
    },
    env: () => ({}),
    // It has no command for the next task: this list of one is where one looks.
    next: command('task', 'list', '--status', 'To Do', '--ready', '--limit', '1', '--plain'),
    ask: command('task', 'list', '--status', 'To Do', '--ready', '--limit', '1', '--plain'),
    add: title => command('task', 'create', title, '--plain'),
    start: id => command('task', 'edit', String(id), '--status', 'In Progress', '--plain'),
    done: id => command('task', 'edit', String(id), '--status', 'Done', '--plain'),
    nextId: out => Number(/TASK-(\d+)/.exec(out)?.[1] ?? 0) || null,
    titles: folder =>
      readdirSync(folderOf(folder)).map(
        file => /^title: '?(.*?)'?$/m.exec(readFileSync(join(folderOf(folder), file), 'utf8'))?.[1] ?? '',
      ),
  };
}

function taskmaster(program: string): Peer {
  const command = (...args: string[]): Command => ({ program, args });
  const fileOf = (folder: string): string => join(folder, '.taskmaster', 'tasks', 'tasks.json');
  return {
    name: 'Taskmaster',
    quicker: 20,
    layOut(folder, tasks) {
      mkdirSync(join(folder, '.taskmaster', 'tasks'), { recursive: true });
      mkdirSync(join(folder, 'home'), { recursive: true });
      const all = tasks.map(({ id, done, depends_on }) => ({
        ...{ id, title: titleOf(id), description: 'A part.', details: '', testStrategy: '', priority: 'medium' },
        ...{ dependencies: depends_on, status: done ? 'done' : 'pending', subtasks: [] },
      }));
      const metadata = { created: '2026-11-21T09:00:00Z', updated: '2026-11-21T09:00:00Z', description: 'bench' };
      writeFileSync(fileOf(folder), JSON.stringify({ master: { tasks: all, metadata } }, null, 2));
      spawnSync('git', ['init', '--quiet'], { cwd: folder });
    },
    env: folder => ({ HOME: join(folder, 'home'), CI: '1', TASKMASTER_SKIP_AUTO_UPDATE: '1' }),
    next: command('next'),
    ask: command('next'),
    add: title => command('add-task', '--title', title, '--description', 'A part.'),
    start: id => command('set-status', `--id=${id}`, '--status=in-progress'),
    done: id => command('set-status', `--id=${id}`, '--status=done'),
    nextId: out => Number(/Task: #(\d+)/.exec(out)?.[1] ?? /--id=(\d+)/.exec(out)?.[1] ?? 0) || null,
    titles: folder => {
      try {
        const read = JSON.parse(readFileSync(fileOf(folder), 'utf8')) as { master: { tasks: { title: string }[] } };
        return read.master.tasks.map(({ title }) => title);
      } catch {
        return [];
      }
    },
  };
}

/** The tools that are found, and the names of those that are not. */
export function findPeers(): { readonly peers: readonly Peer[]; readonly missing: readonly string[] } {
  const task = find('task');
  const newer = process.env.LLMCLIS_TASKWARRIOR_3 ?? null;
  const found = {
    'Taskwarrior 2.6 (task on PATH)': task === null ? null : taskwarrior(task),
    'Taskwarrior 3.5 (LLMCLIS_TASKWARRIOR_3)': newer === null ? null : taskwarrior(newer),
    'Backlog.md (LLMCLIS_PEERS)': wrap(find('backlog'), backlog),
    'Taskmaster (LLMCLIS_PEERS)': wrap(find('task-master'), taskmaster),
  };
  return {
    peers: Object.values(found).filter(peer => peer !== null),
    missing: Object.entries(found).flatMap(([name, peer]) => (peer === null ? [name] : [])),
  };
}

const wrap = (program: string | null, make: (program: string) => Peer): Peer | null =>
  program === null ? null : make(program);
