import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Name of the variable by which a command's processes are found again. */
export const MARK = 'LLMCLIS_COMMAND';

const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};

type Stat = {
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly started: string;
};

/** A process's line in /proc, or null when there is none (or no /proc). */
export function statOf(pid: number): Stat | null {
  // The name may contain spaces and parentheses: the fields begin after the last one.
  const text = read(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group, session] = fields;
  if (state === undefined || parent === undefined || group === undefined || session === undefined || text === '')
    return null;
  return { state, parent: Number(parent), group: Number(group), session: Number(session), started: fields[19] ?? '' };
}

/** A zombie is dead: it only waits to be counted. */
export const isAlive = (pid: number): boolean => {
  const stat = statOf(pid);
  return stat !== null && stat.state !== 'Z' && stat.state !== 'X';
};

export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

/**
 * Processes that a command left: its group and session, what descends from it, and whatever carries its mark in the environment
 * (a daemon that changed group, session and parent).
 */
function processesOf(leader: number, mark: string): number[] {
  let pids: number[];
  try {
    pids = readdirSync('/proc').flatMap(name => (/^\d+$/.test(name) ? [Number(name)] : []));
  } catch {
    return [];
  }
  const stats = new Map(pids.map(pid => [pid, statOf(pid)]));
  const ours = new Set<number>();
  for (const [pid, stat] of stats) {
    if (stat === null) continue;
    if (pid === leader || stat.group === leader || stat.session === leader) ours.add(pid);
    else if (read(`/proc/${pid}/environ`).split('\0').includes(`${MARK}=${mark}`)) ours.add(pid);
  }
  for (let before = -1; before !== ours.size; ) {
    before = ours.size;
    for (const [pid, stat] of stats) if (stat !== null && ours.has(stat.parent)) ours.add(pid);
  }
  ours.delete(process.pid);
  return [...ours].filter(isAlive);
}

/** Kills a command's whole process tree and resolves when nothing of it is alive (or after about five seconds of trying). */
export async function killTree(leader: number, mark: string): Promise<void> {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // The group is empty already, or there are no groups here.
  }
  for (let round = 0; round < 200; round++) {
    const left = processesOf(leader, mark);
    if (left.length === 0) return;
    for (const pid of left) kill(pid);
    await pause(5 + round / 4);
  }
}

/** Resolves when a process is dead, or after about ten seconds. */
export async function waitForDeath(pid: number): Promise<void> {
  for (let round = 0; round < 1000 && isAlive(pid); round++) await pause(Math.min(10, 1 + round));
}
