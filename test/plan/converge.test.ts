import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchNotes, readNotes } from '../../src/km/plan/notes.ts';
import { parsePlan } from '../../src/km/plan/parse.ts';
import { syncPlan } from '../../src/km/plan/sync.ts';
import { boxClass } from '../../src/km/plan/values.ts';
import { NOTHING, PLAN, planWorld } from './fixtures.ts';

type World = ReturnType<typeof planWorld>;

const key = fc.constantFrom('S1.1', 'S1.2', 'S2.1', 'S2.2', 'T1', 'N1');
const words = fc.constantFrom(
  'alpha',
  'beta gamma',
  'a `b` c',
  '**bold**',
  '<!-- open',
  '```',
  'äöü – x',
  '- [ ] box',
  'two\nlines',
  ' spaces ',
);
const mark = fc.constantFrom(' ', 'x', '~', '!', '-');
const status = fc.constantFrom(
  'pending' as const,
  'in-progress' as const,
  'done' as const,
  'blocked' as const,
  'cancelled' as const,
);

/** What a person, a program or a crash may do between two syncs. */
const action = fc.oneof(
  fc.record({ do: fc.constant('tick' as const), key, mark }),
  fc.record({ do: fc.constant('write note' as const), key, words }),
  fc.record({ do: fc.constant('write title' as const), key, words }),
  fc.record({
    do: fc.constant('write field' as const),
    key,
    words: fc.constantFrom(
      'Priority: 1',
      'Tags: a, b',
      'Depends on: S1.1, N1',
      'Verify: `x`',
      'Description: d',
      'Acceptance: all of it',
      'Checklist: a step',
      'Links: docs/a.md, https://x.org/b',
      'Complexity: 3',
      'Queue: heavy',
      'Assignee: max',
      'Due: 2027-01-01',
      'Related: S2.1, N1',
      'Discovered from: S1.2',
      '[ ] a step without a label',
    ),
  }),
  fc.record({ do: fc.constant('cut' as const), at: fc.nat({ max: 60 }), lines: fc.nat({ max: 4 }) }),
  fc.record({ do: fc.constant('write task' as const), words }),
  fc.record({ do: fc.constant('mark' as const), key, status }),
  fc.record({ do: fc.constant('note' as const), key, words, agent: fc.constantFrom('coder', 'person') }),
  fc.record({
    do: fc.constant('edit' as const),
    key,
    edit: fc.record(
      {
        title: words,
        description: words,
        priority: fc.nat({ max: 4 }),
        tags: fc.subarray(['a', 'b', 'c d']),
        checks: fc.subarray(['x', 'y `z`']),
        acceptance: words,
        checklist: fc.array(fc.record({ text: words.filter(text => text.trim() !== ''), done: fc.boolean() }), {
          maxLength: 3,
        }),
        links: fc.array(words, { maxLength: 3 }),
        complexity: fc.constantFrom(null, 5),
        queue: fc.constantFrom('standard' as const, 'critic' as const),
        assignee: fc.option(words),
        due: fc.constantFrom(null, '2026-12-31'),
        related: fc.subarray(['S1.2', 'S2.1']),
        discovered_from: fc.subarray(['S2.2']),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({ do: fc.constant('add' as const), words, parent: fc.constantFrom(null, 'S1', 'S1.1') }),
  fc.record({ do: fc.constant('sync' as const) }),
  fc.record({ do: fc.constant('pull' as const) }),
  fc.record({ do: fc.constant('crash before writing' as const) }),
  fc.record({ do: fc.constant('crash after writing' as const) }),
  fc.record({ do: fc.constant('time' as const), seconds: fc.nat({ max: 100_000 }) }),
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

function inFile(world: World, key: string, change: (lines: string[], at: number) => void): void {
  const lines = (world.io.text ?? '').split('\n');
  const task = parsePlan(world.io.text ?? '').tasks.find(found => found.key === key);
  if (task === undefined) return;
  change(lines, task.line);
  world.io.text = lines.join('\n');
}

function crash(world: World, after: boolean): void {
  const { io } = world;
  const dying = {
    ...world.options(),
    io: {
      stat: io.stat,
      read: io.read,
      write(path: string, text: string, expected: string | null) {
        if (after) io.write(path, text, expected);
        throw new Error('killed');
      },
    },
  };
  try {
    syncPlan(dying);
  } catch (problem) {
    expect(String(problem)).toContain('killed');
  }
}

function perform(world: World, step: Action): void {
  const task = 'key' in step ? world.km.task(world.project.id, step.key) : null;
  const id = task?.ok ? task.value.id : null;
  if (step.do === 'tick')
    inFile(world, step.key, (lines, at) => lines.splice(at, 1, (lines[at] ?? '').replace(/\[.\]/, `[${step.mark}]`)));
  if (step.do === 'write title')
    inFile(world, step.key, (lines, at) =>
      lines.splice(at, 1, (lines[at] ?? '').replace(/– .*/, `– ${step.words.split('\n')[0]} t**`)),
    );
  if (step.do === 'write field') inFile(world, step.key, (lines, at) => lines.splice(at + 1, 0, `  - ${step.words}`));
  if (step.do === 'write note')
    inFile(world, step.key, (lines, at) =>
      lines.splice(at + 1, 0, '  - **Notes:**', `    - ${step.words.replace('\n', '\n      ')}`),
    );
  if (step.do === 'cut') world.io.text = (world.io.text ?? '').split('\n').toSpliced(step.at, step.lines).join('\n');
  if (step.do === 'write task' && !(world.io.text ?? '').includes('**N1'))
    world.io.text = `${world.io.text}\n- [ ] **N1 – ${step.words.split('\n')[0]} n**\n`;
  if (step.do === 'mark' && id !== null)
    world.km.markTaskStatus(id, step.status, {
      agent: 'coder',
      proof: 'red-green',
      reason: 'unproven',
      commit: 'abcdef1234',
    });
  if (step.do === 'note' && id !== null) world.km.appendTaskNote(id, step.words, step.agent);
  if (step.do === 'edit' && id !== null) world.km.editTask(id, step.edit, 'coder');
  if (step.do === 'add')
    world.km.addTask({ project_id: world.project.id, title: step.words, parent: step.parent }, 'coder');
  if (step.do === 'sync') syncPlan(world.options());
  if (step.do === 'pull') world.pull();
  if (step.do === 'crash before writing') crash(world, false);
  if (step.do === 'crash after writing') crash(world, true);
  if (step.do === 'time') world.clock.forward(step.seconds);
}

describe('a plan file and the database', () => {
  it('agree after a sync, whatever happened before, and a second sync changes no byte', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(PLAN, PLAN.replaceAll('\n', '\r\n')),
        fc.array(action, { maxLength: 20 }),
        (start, steps) => {
          const world = planWorld(start);
          world.sync();
          for (const step of steps) {
            world.clock.forward(1);
            perform(world, step);
          }
          world.clock.forward(1);
          const first = world.sync();
          const text = world.io.text ?? '';
          expect({ ...world.sync(), conflicts: [] }).toEqual(NOTHING);
          expect(world.io.text).toBe(text);
          expect({ ...world.pull(), conflicts: [] }).toEqual(NOTHING);

          const document = parsePlan(text);
          expect(document.duplicates).toEqual([]);
          for (const task of document.tasks) {
            const known = world.task(task.key);
            expect([known.status === 'done', known.status === 'cancelled']).toEqual([
              boxClass(task.box) === 'done',
              boxClass(task.box) === 'cancelled',
            ]);
            const { missing, unknown } = matchNotes(readNotes(document, task), world.km.notes(known.id));
            expect(unknown).toEqual([]);
            expect(missing.filter(note => note.agent !== 'person')).toEqual([]);
          }
          const log = text.split(/\r?\n/).filter(line => /^- \d{4}-\d\d-\d\d — /.test(line));
          expect(new Set(log).size).toBe(log.length);
          for (const { key } of first.conflicts) expect(world.km.task(world.project.id, key).ok).toBe(true);
          world.close();
        },
      ),
      { numRuns: 250 },
    );
  });
});
