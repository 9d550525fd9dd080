import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK_REASONS, QUEUES, ROLES, TASK_STATUSES, type Task, type TaskStatus } from '../../src/core/task.ts';
import type { NewTask } from '../../src/km/km.ts';
import { addTasks, makeWorld, must } from './fixtures.ts';

const WORDS = ['parser', 'retry', 'upload', 'index', 'cache'] as const;
const DAYS = ['2026-11-20', '2026-11-21', '2026-11-22', '2026-11-25'] as const;
const NOW = Date.UTC(2026, 10, 21, 9);
const at = (day: string): number => Date.parse(day);

type Check = (task: Task, all: readonly Task[], notes: ReadonlySet<string>) => boolean;
type Piece = { readonly text: string; readonly holds: Check };

const one = <const T extends readonly string[]>(
  field: string,
  words: T,
  holds: (task: Task, word: T[number]) => boolean,
) =>
  fc.uniqueArray(fc.constantFrom(...words), { minLength: 1, maxLength: 2 }).map<Piece>(given => ({
    text: `${field}:${given.join(',')}`,
    holds: task => given.some(word => holds(task, word)),
  }));

const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};
const number = (field: string, most: number, value: (task: Task) => number | null) =>
  fc.tuple(fc.constantFrom(...Object.keys(COMPARE)), fc.nat(most)).map<Piece>(([operator, bound]) => ({
    text: `${field}:${operator}${bound}`,
    holds: task => {
      const own = value(task);
      return own !== null && COMPARE[operator]?.(own, bound) === true;
    },
  }));

const day = (field: string, value: (task: Task) => string | null) =>
  fc.tuple(fc.constantFrom(...Object.keys(COMPARE)), fc.constantFrom(...DAYS)).map<Piece>(([operator, bound]) => ({
    text: `${field}:${operator}${bound}`,
    holds: task => {
      const own = value(task)?.slice(0, 10);
      return own !== undefined && COMPARE[operator]?.(at(own), at(bound)) === true;
    },
  }));

const CLOSED: readonly TaskStatus[] = ['done', 'cancelled'];
const waits = (task: Task, all: readonly Task[]): boolean =>
  task.children.open > 0 || all.some(({ key, status }) => task.depends_on.includes(key) && !CLOSED.includes(status));
const IS: Readonly<Record<string, Check>> = {
  open: ({ status }) => !CLOSED.includes(status),
  closed: ({ status }) => CLOSED.includes(status),
  ready: (task, all) => task.status === 'pending' && task.kind === 'task' && !waits(task, all),
  waiting: (task, all) => task.status === 'pending' && task.kind === 'task' && waits(task, all),
  private: task => task.private,
  subtask: (task, all) => task.kind === 'task' && all.find(({ key }) => key === task.parent)?.kind === 'task',
  overdue: ({ status, due }) => !CLOSED.includes(status) && due !== null && at(due) + 86_400_000 <= NOW,
};
const HAS: Readonly<Record<string, Check>> = {
  checks: ({ checks }) => checks.length > 0,
  notes: ({ key }, _all, notes) => notes.has(key),
  description: ({ description }) => description !== '',
  due: ({ due }) => due !== null,
};
const choice = (field: string, table: Readonly<Record<string, Check>>) =>
  fc.constantFrom(...Object.keys(table)).map<Piece>(word => ({
    text: `${field}:${word}`,
    holds: (...facts) => table[word]?.(...facts) === true,
  }));

const texts = (task: Task): string => [task.key, task.title, task.description, ...task.tags].join('\n').toLowerCase();
const word = fc
  .constantFrom(...WORDS)
  .map<Piece>(text => ({ text, holds: task => new RegExp(`\\b${text}\\b`).test(texts(task)) }));
const under = fc.nat(7).map<Piece>(index => ({
  text: `under:K${index}`,
  holds: (task, all) => {
    for (let parent = task.parent; parent !== null; parent = all.find(({ key }) => key === parent)?.parent ?? null)
      if (parent === `K${index}`) return true;
    return false;
  },
}));

const piece = fc
  .tuple(
    fc.boolean(),
    fc.oneof(
      one('status', TASK_STATUSES, (task, status) => task.status === status),
      one('reason', [...BLOCK_REASONS, 'none'], (task, reason) => (task.reason ?? 'none') === reason),
      one('role', [...ROLES, 'none'], (task, role) => (task.role ?? 'none') === role),
      one('queue', QUEUES, (task, queue) => task.queue === queue),
      one('tag', WORDS, (task, tag) => task.tags.includes(tag)),
      one('key', ['k1', 'K3', 'k*', '*2'], ({ key }, glob) =>
        new RegExp(`^${glob.replace('*', '.*')}$`, 'i').test(key),
      ),
      number('priority', 4, task => task.priority),
      number('complexity', 10, task => task.complexity).filter(
        ({ text }) => !text.endsWith(':0') && !/[<>=]0$/.test(text),
      ),
      day('created', task => task.created_at),
      day('due', task => task.due),
      fc
        .nat(7)
        .map<Piece>(index => ({ text: `depends:K${index}`, holds: task => task.depends_on.includes(`K${index}`) })),
      fc.nat(7).map<Piece>(index => ({
        text: `blocks:K${index}`,
        holds: (task, all) => all.some(({ key, depends_on }) => key === `K${index}` && depends_on.includes(task.key)),
      })),
      under,
      choice('is', IS),
      choice('has', HAS),
      word,
    ),
  )
  .map<Piece>(([not, { text, holds }]) => ({
    text: not ? `-${text}` : text,
    holds: (...facts) => holds(...facts) !== not,
  }));

const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const newTask = fc.record({
  status: fc.constantFrom(...TASK_STATUSES),
  priority: fc.nat(4),
  role: some(fc.constantFrom(...ROLES)),
  queue: fc.constantFrom(...QUEUES),
  tags: fc.uniqueArray(fc.constantFrom(...WORDS), { maxLength: 2 }),
  title: fc.constantFrom(...WORDS, 'Nothing', 'The Parser, again', 'parserindex'),
  description: fc.constantFrom('', ...WORDS, 'index cache'),
  checks: fc.constantFrom([], ['npm test']),
  private: fc.boolean(),
  complexity: some(fc.integer({ min: 1, max: 10 })),
  due: some(fc.constantFrom(...DAYS)),
  created_at: fc.constantFrom(...DAYS.map(one => `${one}T12:00:00Z`)),
  depends: fc.array(fc.nat(7), { maxLength: 2 }),
  inside: some(fc.nat(7)),
  noted: fc.boolean(),
});

describe('the filter as SQL', () => {
  it('finds what looking at every task finds', () => {
    fc.assert(
      fc.property(
        fc.array(newTask, { minLength: 8, maxLength: 8 }),
        fc.array(fc.array(piece, { minLength: 1, maxLength: 3 }), { minLength: 5, maxLength: 5 }),
        (rows, filters) => {
          const world = makeWorld();
          const notes = new Set<string>();
          for (const [index, { depends, inside, noted, ...fields }] of rows.entries()) {
            const before = (other: number | null): other is number => other !== null && other < index;
            const input: Partial<NewTask> = {
              ...fields,
              kind: index === 0 ? 'stage' : 'task',
              parent: before(inside) ? `K${inside}` : null,
              depends_on: [...new Set(depends.filter(before))]
                .filter(other => other !== inside)
                .map(other => `K${other}`),
            };
            // A child that its parent waits for would be a circle.
            const added = world.km.addTask({ project_id: world.project, key: `K${index}`, title: 'x', ...input }, 'me');
            if (!added.ok) addTasks(world, { [`K${index}`]: { ...input, depends_on: [] } });
            if (noted) {
              must(world.km.appendTaskNote(must(world.km.task(world.project, `K${index}`)).id, 'a remark', 'me'));
              notes.add(`K${index}`);
            }
          }
          const all = world.km.listTasks({ project_id: world.project, stages: true }).tasks;
          for (const pieces of filters) {
            const filter = pieces.map(({ text }) => text).join(' ');
            const expected = all.filter(task => pieces.every(({ holds }) => holds(task, all, notes)));
            const page = must(world.km.searchTasks(world.project, filter, { stages: true, order: 'plan' }));
            expect(page.tasks, filter).toEqual(expected);
            expect(page.total, filter).toBe(expected.length);
          }
          world.database.sqlite.close();
        },
      ),
      { numRuns: 120 },
    );
  });
});
