import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openApp } from '../src/app.ts';
import { must } from './km-store.ts';
import { type Command, type Peer, readyTasks } from './peers.ts';

const PROCESSES = 8;
const CLAIMS = 5;
const program = join(dirname(import.meta.dirname), 'dist', 'bin.js');

/** What many processes at once do to one tool's tasks. */
export type Crowd = {
  readonly name: string;
  /** Different tasks that 8 workers got who took 5 each, and how many they were given. */
  readonly claims: string;
  /** Adds that ended with exit 0 and are not there, of those. */
  readonly adds: string;
  /** Tasks that are not there after rounds of `kill -9` during `done`. */
  readonly kills: string;
};
type Ended = { readonly code: number | null; readonly out: string };
type Sizes = { readonly adds: number; readonly tasks: number; readonly kills: number };

/** A tool as the crowd uses it: `take` gives the id of the task it took. */
type Tool = {
  readonly name: string;
  layOut(folder: string, tasks: number): Promise<void>;
  take(folder: string, worker: number): Promise<string | null>;
  add(folder: string, title: string): Promise<Ended>;
  done(folder: string, id: number, killAfter_ms: number): Promise<Ended>;
  titles(folder: string): Promise<readonly string[]>;
};

const start = (
  command: Command,
  cwd: string,
  env: Readonly<Record<string, string>>,
  killAfter_ms?: number,
): Promise<Ended> =>
  new Promise(resolve => {
    const child = spawn(command.program, command.args, {
      cwd,
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended already.
      }
    };
    const timer = killAfter_ms === undefined ? null : setTimeout(kill, killAfter_ms);
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.resume();
    child.on('close', code => {
      if (timer !== null) clearTimeout(timer);
      resolve({ code, out });
    });
  });

function ourTool(): Tool {
  const env = (folder: string) => ({ LLMCLIS_HOME: join(folder, 'home') });
  const call = (folder: string, args: readonly string[], killAfter_ms?: number) =>
    start({ program: process.execPath, args: [program, ...args] }, folder, env(folder), killAfter_ms);
  const inside = (folder: string) =>
    openApp({
      env: { ...process.env, ...env(folder) },
      cwd: folder,
      version: '0.0.0',
      shipped: dirname(import.meta.dirname),
    });
  return {
    name: 'llmclis',
    async layOut(folder, tasks) {
      const app = inside(folder);
      const km = must(app.km());
      const project = must(km.addProject({ name: 'crowd', root: folder }));
      for (let id = 1; id <= tasks; id += 1)
        must(km.addTask({ project_id: project.id, title: `Make part ${id}`, key: `K${id}` }, 'bench'));
      app.close();
    },
    async take(folder) {
      const { out } = await call(folder, ['next', '--claim', '--worker', 'worker', '--json']);
      const said = JSON.parse(out) as { task?: { key: string } };
      return said.task?.key ?? null;
    },
    add: (folder, title) => call(folder, ['task', 'add', title]),
    done: (folder, id, killAfter_ms) => call(folder, ['task', 'done', `K${id}`], killAfter_ms),
    async titles(folder) {
      const app = inside(folder);
      const km = must(app.km());
      const { tasks } = km.listTasks({ project_id: 1, limit: 100_000 });
      app.close();
      return tasks.map(({ title }) => title);
    },
  };
}

const theirTool = (peer: Peer): Tool => {
  const call = (folder: string, command: Command, killAfter_ms?: number) =>
    start(command, folder, peer.env(folder), killAfter_ms);
  return {
    name: peer.name,
    layOut: async (folder, tasks) => peer.layOut(folder, readyTasks(tasks)),
    /** No claims: it asks what is next and says that it works on it. */
    async take(folder) {
      const id = peer.nextId((await call(folder, peer.ask)).out);
      if (id === null) return null;
      await call(folder, peer.start(id));
      return String(id);
    },
    add: (folder, title) => call(folder, peer.add(title)),
    done: (folder, id, killAfter_ms) => call(folder, peer.done(id), killAfter_ms),
    titles: async folder => peer.titles(folder),
  };
};

async function claims(tool: Tool, folder: string): Promise<string> {
  await tool.layOut(folder, PROCESSES * CLAIMS);
  const workers = await together(async worker => {
    const taken: string[] = [];
    for (let turn = 0; turn < CLAIMS; turn += 1) {
      const id = await tool.take(folder, worker);
      if (id !== null) taken.push(id);
    }
    return taken;
  });
  const all = workers.flat();
  return `${new Set(all).size} of ${PROCESSES * CLAIMS}`;
}

async function adds(tool: Tool, folder: string, each: number): Promise<string> {
  await tool.layOut(folder, 10);
  const told = await together(async worker => {
    const acknowledged: string[] = [];
    for (let turn = 0; turn < each; turn += 1) {
      const title = `Added by ${worker} in turn ${turn}`;
      if ((await tool.add(folder, title)).code === 0) acknowledged.push(title);
    }
    return acknowledged;
  });
  const there = new Set(await tool.titles(folder));
  const all = told.flat();
  return `${all.filter(title => !there.has(title)).length} of ${all.length}`;
}

async function kills(tool: Tool, folder: string, { tasks, kills: rounds }: Sizes): Promise<string> {
  await tool.layOut(folder, tasks);
  const began = performance.now();
  await tool.done(folder, 1, 60_000);
  const whole = performance.now() - began;
  let least = tasks;
  for (let round = 1; round <= rounds; round += 1) {
    await tool.done(folder, round + 1, whole * (0.2 + (0.9 * round) / rounds));
    const there = new Set(await tool.titles(folder));
    const left = Array.from({ length: tasks }, (_, index) => there.has(`Make part ${index + 1}`)).filter(
      Boolean,
    ).length;
    least = Math.min(least, left);
  }
  return `${tasks - least} of ${tasks}`;
}

const together = <T>(work: (worker: number) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(Array.from({ length: PROCESSES }, (_, worker) => work(worker)));

/** Each tool in three fresh folders. */
export async function measureCrowd(folder: string, peers: readonly Peer[], sizes: Sizes): Promise<readonly Crowd[]> {
  const crowds: Crowd[] = [];
  for (const [index, tool] of [ourTool(), ...peers.map(theirTool)].entries()) {
    const place = (what: string): string => {
      const path = join(folder, `crowd-${index}-${what}`);
      mkdirSync(path);
      return path;
    };
    crowds.push({
      name: tool.name,
      claims: await claims(tool, place('claims')),
      adds: await adds(tool, place('adds'), sizes.adds),
      kills: await kills(tool, place('kills'), sizes),
    });
  }
  return crowds;
}

export const isPerfect = ({ claims, adds, kills }: Crowd): boolean =>
  claims === `${PROCESSES * CLAIMS} of ${PROCESSES * CLAIMS}` && adds.startsWith('0 of') && kills.startsWith('0 of');
