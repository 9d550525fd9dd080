import { mostTokensOf } from '../agents/prompt.ts';
import { fitting } from '../core/extract.ts';
import type { Recalled } from '../core/recalled.ts';
import type { RoleName } from '../core/task.ts';
import type { MemoryHit, MemoryType } from '../memory/memory.ts';
import { quoteMemory } from '../memory/quote.ts';
import { isPrivateWork } from '../router/ladder.ts';
import { applies, subjectOf } from './applies.ts';
import { factsOfTry } from './lesson.ts';
import type { Ports } from './ports.ts';
import { isTesting, type TaskState } from './task-state.ts';

/** Share of a brief that memory may take, and most tokens of it. */
const SHARE = 0.2;
const MOST_TOKENS = 3_000;
/** An entry that is longer is quoted in short. */
const ENTRY_TOKENS = 300;
const QUERY_CHARS = 1_500;
/** Tasks that tell what is common in a project. */
const BACKGROUND = 200;

/** Most entries of a type in one brief: summaries are long and match everything. */
const QUOTA: Readonly<Record<MemoryType, number>> = {
  lesson: 3,
  decision: 3,
  fact: 3,
  design_doc: 2,
  code_snippet: 2,
  note: 2,
  task_summary: 2,
  project_summary: 1,
  handoff_summary: 1,
  subtask_summary: 1,
  tool_result: 1,
  raw_interaction: 1,
};

/** What a turn is told from memory: at the start about the task, after a failure about the failing tests and the errors. */
export async function recallFor(
  task: TaskState,
  role: RoleName,
  { budget, location }: { readonly budget: number; readonly location: 'local' | 'cloud' },
  ports: Pick<Ports, 'memory' | 'project' | 'km'>,
): Promise<{ readonly recalled: Recalled; readonly quotes: readonly string[] }> {
  const { memory, project, km } = ports;
  const query = queryOf(task, role);
  const room = Math.min(MOST_TOKENS, Math.floor(budget * SHARE));
  const scope = { projectId: project.id, role };
  const lessons = await memory.queryMemory(query, { ...scope, type: 'lesson', topK: 8 });
  // What was said about this very task need not share a word with it: it is found by its key.
  const own = await memory.queryMemory(`${task.task.key}\n${query}`, { ...scope, taskId: task.task.id, topK: 8 });
  const others = await memory.queryMemory(query, { ...scope, topK: 24 });
  const found = unique([...lessons, ...own, ...others.filter(({ type }) => type !== 'lesson')]);
  const { tasks } = km.listTasks({ project_id: project.id, limit: BACKGROUND });
  const subject = subjectOf(
    query,
    tasks.map(({ title, description }) => `${title}\n${description}`),
  );
  const fitting = found.filter(
    hit =>
      hit.status === 'live' &&
      mayTell(hit, location, ports) &&
      (hit.task_key === task.task.key ? isNews(hit, task, role) : applies(subject, hit)),
  );
  const chosen = fitted(fitting, room);
  const entries = chosen.map(({ hit: { id, type, task_key, trust, score }, tokens }) => ({
    id,
    type,
    task_key,
    trust,
    score,
    tokens,
  }));
  const tokens = entries.reduce((sum, entry) => sum + entry.tokens, 0);
  return { recalled: { query, budget: room, tokens, entries }, quotes: chosen.map(({ quote }) => quote) };
}

/** What a private task left stays on this machine: a cloud model is not told of it. */
export function mayTell(
  { task_key }: Pick<MemoryHit, 'task_key'>,
  location: 'local' | 'cloud',
  { km, project }: Pick<Ports, 'km' | 'project'>,
): boolean {
  if (location === 'local' || task_key === null) return true;
  const task = km.task(project.id, task_key);
  return !task.ok || !isPrivateWork(task.value.private, task.value.tags);
}

const unique = (hits: readonly MemoryHit[]): readonly MemoryHit[] => [
  ...new Map(hits.map(hit => [hit.id, hit])).values(),
];

/** What this task's own turns left is in the brief already. */
const OF_TURNS: readonly MemoryType[] = [
  'task_summary',
  'subtask_summary',
  'handoff_summary',
  'tool_result',
  'raw_interaction',
];

/** An entry about the task in hand; a tester is told only what a person said of it. */
const isNews = ({ type, trust }: MemoryHit, task: TaskState, role: RoleName): boolean =>
  !OF_TURNS.includes(type) && (trust === 'person' || !isTesting(task, { role }));

const TELLING = /^Failing: |error\b|\w+Error\b|✖|✗|not ok|\bexpected\b|\bassert/i;

function queryOf(task: TaskState, role: RoleName): string {
  const { title, description, tags } = task.task;
  const about = [title, description, tags.join(' ')].join('\n').trim();
  const last = task.attempts.findLast(({ outcome }) => outcome !== 'interrupted');
  const isFailure = last !== undefined && last.evidence !== '' && last.outcome !== 'passed';
  if (!isFailure || (isTesting(task, { role }) && last.role !== 'tester')) return about.slice(0, QUERY_CHARS);
  const errors = factsOfTry(last)
    .split('\n')
    .filter(line => TELLING.test(line))
    .join('\n');
  return `${errors.slice(0, QUERY_CHARS / 2)}\n${about}`.slice(0, QUERY_CHARS);
}

type Fitted = { readonly hit: MemoryHit; readonly quote: string; readonly tokens: number };

/** The best of each type that fit, lessons first. */
function fitted(hits: readonly MemoryHit[], room: number): readonly Fitted[] {
  const taken = new Map<MemoryType, number>();
  let left = room;
  return hits.flatMap(hit => {
    const count = taken.get(hit.type) ?? 0;
    const quote = quoteMemory(hit, fitting(hit.text, ENTRY_TOKENS));
    const tokens = mostTokensOf(quote);
    if (count >= QUOTA[hit.type] || tokens > left) return [];
    taken.set(hit.type, count + 1);
    left -= tokens;
    return [{ hit, quote, tokens }];
  });
}
