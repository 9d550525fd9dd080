import { readdirSync, readFileSync, statfsSync } from 'node:fs';
import type { Limits } from './limits.ts';
import { statOf } from './processes.ts';

/** What a command takes at one moment. */
export type Taken = { readonly processes: number; readonly memory_mb: number };

const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};

const kilobytes = (text: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);

/** Shared memory of the whole machine: tmpfs, memfd and System V segments are in no process's own count. */
const sharedMb = (): number => kilobytes(read('/proc/meminfo'), 'Shmem') / 1024;

/** The processes that descend from `leader`, itself included. */
function treeOf(leader: number): number[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  const children = new Map<number, number[]>();
  for (const name of names) {
    const pid = /^\d+$/.test(name) ? Number(name) : 0;
    const parent = pid === 0 ? undefined : statOf(pid)?.parent;
    if (parent === undefined) continue;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [pid]);
    else siblings.push(pid);
  }
  const found = [leader];
  for (let at = 0; at < found.length; at += 1) found.push(...(children.get(found[at] ?? 0) ?? []));
  return found;
}

/** Private memory of a process tree, and how many processes it is. */
export function takenBy(leader: number): Taken {
  const tree = treeOf(leader);
  const kb = tree.map(pid => kilobytes(read(`/proc/${pid}/status`), 'RssAnon'));
  return { processes: tree.length, memory_mb: kb.reduce((sum, each) => sum + each, 0) / 1024 };
}

const freeMb = (folder: string): number => {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return (bavail * bsize) / 1_048_576;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
};

/** Processes and threads of the whole machine: one small read, however many there are. */
const tasksOfMachine = (): number => Number(/\/(\d+) /.exec(read('/proc/loadavg'))?.[1] ?? 0);

/** Milliseconds between two quick looks; every eighth is a long one, the first of them early, since what runs away does so at once. */
const QUICK_MS = 50;
const LONG_EVERY = 8;
/** Tasks that other programs may start meanwhile before a quick look takes them for this command's. */
const OTHERS = 1000;

/**
 * Looks again and again at what a command takes and calls `stop` with the reason when it is too much. What the kernel limits for one
 * process only, or not for root, is held here for the whole command. Returns how to end the watch.
 */
export function watch(
  options: { readonly leader: () => number | null; readonly root: string; readonly limits: Limits },
  stop: (because: string) => void,
): () => void {
  const { limits, root } = options;
  const sharedBefore = sharedMb();
  const freeBefore = freeMb(root);
  const tasksBefore = tasksOfMachine();
  let looks = 0;
  const timer = setInterval(() => {
    const leader = options.leader();
    if (leader === null) return;
    looks += 1;
    const because = floods() ?? (looks % LONG_EVERY === 2 ? tooMuch(leader) : null);
    if (because !== null) stop(because);
  }, QUICK_MS);
  timer.unref();
  /** A fork bomb grows faster than a long look at it takes. */
  function floods(): string | null {
    const more = tasksOfMachine() - tasksBefore;
    if (more <= limits.processes + OTHERS) return null;
    return `It was ended: the machine had ${more} processes and threads more than before, and a command may have at most ${limits.processes} processes.`;
  }
  function tooMuch(leader: number): string | null {
    const taken = takenBy(leader);
    const shared = Math.max(0, sharedMb() - sharedBefore);
    if (taken.processes > limits.processes)
      return `It was ended: it had ${taken.processes} processes, and a command may have at most ${limits.processes} processes.`;
    if (taken.memory_mb > limits.memory_mb || shared > limits.memory_mb)
      return `It was ended: it used ${Math.ceil(Math.max(taken.memory_mb, shared))} MB of memory, and a command may use at most ${limits.memory_mb} MB (setting memory_mb).`;
    const free = freeMb(root);
    if (free < limits.disk_free_mb && free < freeBefore)
      return `It was ended: only ${Math.floor(free)} MB are left on the disk, and ${limits.disk_free_mb} MB must stay free.`;
    return null;
  }
  return () => clearInterval(timer);
}
