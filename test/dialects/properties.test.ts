import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseDialect } from '../../src/km/dialects/choose.ts';
import type { PlanSource } from '../../src/km/dialects/dialect.ts';
import { DIALECTS } from '../../src/km/dialects/table.ts';
import { fileOf, folderOf, importWorld } from './fixtures.ts';

const word = fc.constantFrom(
  'id',
  'title',
  'tasks',
  'master',
  'subtasks',
  'dependencies',
  'status',
  'uuid',
  'description',
  'depends',
  'issue_type',
  'key',
  'depends_on',
  'parent',
  'annotations',
  'comments',
  '__proto__',
  'done',
  'pending',
);
const json = fc.letrec(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    word,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.string(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(word, tie('value'), { maxKeys: 6 }),
  ),
})).value;
const pieces = fc.constantFrom(
  '---\n',
  'id: task-1\n',
  'title: "x\n',
  'status: Done\n',
  '* TODO x :a:\n',
  '** DONE [#A] y\n',
  ':PROPERTIES:\n',
  ':ID: 1\n',
  ':END:\n',
  'x 2026-01-01 (A) do +p @c\n',
  '(B) 2026-13-45 z due:x\n',
  '#+TODO: A | B\n',
  '- [ ] box\n',
  '{"id": 1,\n',
  '[1,\n',
  '\n',
  '\t',
  '\0',
  '\ud800',
  'CLOSED: [2026-99-99]\n',
  '```\n',
  '<!-- AC:BEGIN -->\n',
  '## Comments\n',
);
const text = fc.oneof(
  json.map(value => JSON.stringify(value)),
  fc.array(pieces, { maxLength: 30 }).map(parts => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 200 }),
);

describe('every reader', () => {
  const survives = (source: PlanSource) => {
    for (const dialect of DIALECTS) {
      const { score } = dialect.detect(source);
      expect(score >= 0 && score <= 1).toBe(true);
      const plan = dialect.read(source);
      for (const { external_id, title, line } of plan.items) {
        expect(external_id).not.toBe('');
        expect(title).not.toBe('');
        expect(line).toBeGreaterThan(0);
      }
    }
    chooseDialect(source, undefined, false);
  };

  it('survives any text and any JSON, in a file and in a folder', () => {
    fc.assert(
      fc.property(text, fc.boolean(), (content, inFolder) =>
        survives(
          inFolder ? folderOf({ 'backlog/tasks/a - b.md': content, '.beads/issues.jsonl': content }) : fileOf(content),
        ),
      ),
      { numRuns: 400 },
    );
  });

  it('gives what can be taken: all of it, once, and the same again', () => {
    fc.assert(
      fc.property(text, content => {
        const source = fileOf(content);
        for (const dialect of DIALECTS) {
          const plan = dialect.read(source);
          if (plan.items.length === 0) continue;
          const world = importWorld();
          const { imported } = world.take(plan.items, { dialect: dialect.name });
          expect(world.tasks().filter(task => task.kind === 'task')).toHaveLength(imported.tasks);
          expect(world.take(plan.items, { dialect: dialect.name })).toMatchObject({ imported, updated: 0, gone: [] });
          world.database.sqlite.close();
        }
      }),
      { numRuns: 60 },
    );
  });
});
