import { appendDoneLog, isLogged, logIndex, printDoneEntry } from './log.ts';
import type { KnownTask } from './rows.ts';
import type { Group } from './settle.ts';
import type { Side } from './side.ts';
import type { Taken } from './tally.ts';
import { boxClass } from './values.ts';

/** Tasks that became done since the last sync get a line in the Done log (not those that a plan listed as done from the start). */
export function logGroup(side: Side, tasks: readonly { readonly key: string }[], taken: Taken): readonly Group[] {
  const since = side.synced_at?.slice(0, 19) ?? '';
  const inFile = new Set(side.file.tasks.map(task => task.key));
  const news = tasks.flatMap(({ key }) => {
    const task = taken.tasks.get(key);
    // What this sync has read from the file for the first time was done before.
    if (task?.status !== 'done' || (inFile.has(key) && !taken.known.has(key))) return [];
    return taken.boxes.get(key) === 'done' || (task.finished_at ?? '').slice(0, 19) >= since ? [task] : [];
  });
  if (news.length === 0) return [];
  const before = new Set(side.base?.tasks.map(task => task.key));
  const finished = news.filter(({ key }) => before.has(key) || !wasDoneElsewhere(side, key));
  const logged = logIndex(side.file);
  const due = finished.flatMap(task => {
    if (logged.has(task.key) && taken.boxes.get(task.key) !== 'done') return [];
    const entry = entryOf(side, task);
    return entry === null || isLogged(logged, task.key, entry.commit) ? [] : [entry];
  });
  if (due.length === 0) return [];
  const edits = appendDoneLog(
    side.file,
    due.map(entry => entry.line),
  );
  const holds: Group['holds'] = ({ document }) => {
    const index = logIndex(document);
    return due.every(({ key, commit }) => isLogged(index, key, commit));
  };
  return [{ key: null, count: due.length, edits, holds }];
}

/** A task that was done when it was moved here is in the log of the file that it comes from. */
const wasDoneElsewhere = (side: Side, key: string): boolean => {
  const before = side.others.before(key);
  return before !== null && boxClass(before.task.box) === 'done';
};

function entryOf(side: Side, { id, key, title, proof }: KnownTask) {
  const last = side.km.history(id).findLast(entry => entry.kind === 'status' && entry.data.to === 'done');
  if (last === undefined) return null;
  const commit = typeof last.data.commit === 'string' ? last.data.commit : null;
  const line = printDoneEntry({ key, title, proof, commit, agent: last.agent, date: last.at.slice(0, 10) });
  return { key, commit, line };
}
