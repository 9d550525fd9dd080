import { isoSeconds } from '../../core/clock.ts';
import { ok } from '../../core/failure.ts';
import { BLOCK_REASONS, PROOFS, QUEUES, ROLES, TASK_STATUSES } from '../../core/task.ts';
import type { Condition } from './condition.ts';
import {
  ageOf,
  type Field,
  type FilterContext,
  matches,
  NONE,
  numberField,
  refused,
  textField,
  timeField,
  wordField,
} from './filter-values.ts';
import { LAPSED, READY } from './next-query.ts';

const DAY = 86_400;
/** Days without a change after which `is:stale` and `llmclis stale` name a task. */
export const STALE_DAYS = 3;

const OPEN = "t.status NOT IN ('done', 'cancelled')";
const WAITING =
  "t.status = 'pending' AND t.kind = 'task' AND (t.open_blockers > 0 OR t.open_children > 0 OR t.vanished = 1)";
const CHILD_OF_TASK = "EXISTS (SELECT 1 FROM tasks parent WHERE parent.id = t.parent_id AND parent.kind = 'task')";

const iso = ({ now }: FilterContext): string => isoSeconds(new Date(now * 1000));

/** In progress with a claim that ran out, or open and not changed for so many seconds. */
const stale = (context: FilterContext, seconds: number): Condition => [
  `t.kind = 'task' AND (
     (t.status = 'in-progress' AND t.claim_token IS NOT NULL AND t.claim_expires_at <= ?)
     OR (t.status IN ('in-progress', 'pending') AND ? - unixepoch(t.updated_at) >= ?))`,
  iso(context),
  context.now,
  seconds,
];

const IS: Readonly<Record<string, (context: FilterContext) => Condition>> = {
  ready: context => [`(${READY}) OR (${LAPSED})`, iso(context)],
  waiting: () => [WAITING],
  blocked: () => [`t.kind = 'task' AND (t.status = 'blocked' OR (${WAITING}))`],
  open: () => [OPEN],
  closed: () => ["t.status IN ('done', 'cancelled')"],
  claimed: context => [
    "t.status = 'in-progress' AND t.claim_token IS NOT NULL AND t.claim_expires_at > ?",
    iso(context),
  ],
  stale: context => stale(context, STALE_DAYS * DAY),
  // A due day lasts until its end.
  overdue: ({ now }) => [`${OPEN} AND unixepoch(t.due) + iif(length(t.due) = 10, ${DAY}, 1) <= ?`, now],
  stage: () => ["t.kind = 'stage'"],
  task: () => [`t.kind = 'task' AND NOT ${CHILD_OF_TASK}`],
  subtask: () => [`t.kind = 'task' AND ${CHILD_OF_TASK}`],
  private: () => ['t.private = 1'],
  vanished: () => ['t.vanished = 1'],
};

const HAS: Readonly<Record<string, string>> = {
  checks: "t.checks <> '[]'",
  notes: 'EXISTS (SELECT 1 FROM task_notes n WHERE n.task_id = t.id)',
  checklist: "t.checklist <> '[]'",
  links: "t.links <> '[]'",
  due: 't.due IS NOT NULL',
  description: "trim(t.description) <> ''",
  acceptance: "trim(t.acceptance) <> ''",
  tags: "t.tags <> '[]'",
};

/** A choice of words, each of which is a condition of its own. */
function choice(
  name: string,
  words: readonly string[],
  condition: (word: string, context: FilterContext) => Condition,
): Field {
  const takes = `one of: ${words.join(', ')}`;
  return {
    takes,
    read: (value, context) => {
      const word = value.toLowerCase();
      return words.includes(word) ? ok(condition(word, context)) : refused(name, value, takes, words);
    },
  };
}

/** A task's key; the condition gets its id. */
const reference = (sql: string, none?: string): Field => ({
  takes: 'the key of a task',
  read: (value, context) => {
    if (none !== undefined && value === NONE) return ok([none]);
    const id = context.find(value);
    return id.ok ? ok([sql, id.value]) : id;
  },
});

const BELOW = `t.id IN (WITH RECURSIVE below(id) AS (
  SELECT id FROM tasks WHERE parent_id = ? UNION SELECT c.id FROM tasks c JOIN below ON c.parent_id = below.id
) SELECT id FROM below)`;

/** Every field of the filter language. */
export const FIELDS: Readonly<Record<string, Field>> = {
  status: wordField('status', 't.status', TASK_STATUSES),
  reason: wordField('reason', 't.reason', BLOCK_REASONS, true),
  role: wordField('role', 't.role', ROLES, true),
  tag: {
    takes: 'a tag; * stands for anything',
    read: value => {
      const [sql, ...values] = matches('tag.value', value);
      return ok([`EXISTS (SELECT 1 FROM json_each(t.tags) tag WHERE ${sql})`, ...values]);
    },
  },
  queue: wordField('queue', 't.queue', QUEUES),
  assignee: textField('a name, or none; * stands for anything', 't.assignee', true),
  agent: textField('the name of who changed it last; * stands for anything', 't.last_agent'),
  key: textField('a key; * stands for anything', 't.key'),
  parent: reference('t.parent_id = ?', 't.parent_id IS NULL'),
  under: reference(BELOW),
  priority: numberField('priority', 't.priority', [0, 4], false),
  complexity: numberField('complexity', 't.complexity', [1, 10], true),
  created: timeField('created', 't.created_at'),
  updated: timeField('updated', 't.updated_at'),
  started: timeField('started', 't.started_at'),
  finished: timeField('finished', 't.finished_at'),
  due: timeField('due', 't.due', true),
  depends: reference('EXISTS (SELECT 1 FROM task_deps d WHERE d.task_id = t.id AND d.blocker_id = ?)'),
  blocks: reference('EXISTS (SELECT 1 FROM task_deps d WHERE d.blocker_id = t.id AND d.task_id = ?)'),
  proof: wordField('proof', 't.proof', PROOFS, true),
  has: choice('has', Object.keys(HAS), word => [HAS[word] ?? '0']),
  is: choice('is', Object.keys(IS), (word, context) => IS[word]?.(context) ?? ['0']),
  stale: {
    takes: 'an age such as 5d (h, d, w)',
    read: (value, context) => {
      const seconds = ageOf(value);
      return seconds === null ? refused('stale', value, 'an age such as 5d (h, d, w)') : ok(stale(context, seconds));
    },
  },
};
