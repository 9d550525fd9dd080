import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MARKDOWN_DIALECTS } from '../../src/km/dialects/markdown/index.ts';
import { detectOwnPlan } from '../../src/km/dialects/own.ts';
import { sharedPlans } from '../plan/fixtures.ts';
import { countsOf, editions, fileOf, readBest, tasksOf } from './markdown-fixtures.ts';

type Entry = {
  file: string;
  tasks: number;
  done: number;
  open: number;
  in_progress?: number;
  cancelled_or_deferred?: number;
};
const shared = resolve(process.env.LLMCLIS_SHARED ?? join(import.meta.dirname, '../../../shared'), 'data/plans');
const manifest = (): readonly Entry[] => JSON.parse(readFileSync(join(shared, 'manifest.json'), 'utf8')).files;

/** Which dialect is to read each of the shared files. */
const READERS: Readonly<Record<string, string>> = {
  'infinite-agent-tasks.md': 'headed',
  'speckit-aikit-004.tasks.md': 'spec-kit',
  'kiro-rpidns-user-authentication.tasks.md': 'kiro',
  'conductor-ripweb-improve-extraction.plan.md': 'conductor',
  'openspec-fix-validate.tasks.md': 'openspec',
  'textual-roadmap.md': 'checklist',
  'todomd-TODO.md': 'todo-md',
  'native-launcher-plans.md': 'checklist',
  'execplan-pocket-cto-FP-0003.md': 'execplan',
  'obsidian-tasks-sample.md': 'obsidian',
};

describe('real plans of other tools', () => {
  it.skipIf(!existsSync(join(shared, 'manifest.json')))('have the tasks that a careful reader counts', () => {
    const entries = manifest().filter(({ file }) => READERS[file] !== undefined);
    expect(entries).toHaveLength(Object.keys(READERS).length);
    for (const entry of entries) {
      const text = sharedPlans().get(entry.file) ?? '';
      for (const [edition, written] of editions(text)) {
        const { dialect, plan } = readBest(written);
        expect({ file: entry.file, edition, dialect, ...countsOf(plan) }).toEqual({
          file: entry.file,
          edition,
          dialect: READERS[entry.file],
          tasks: entry.tasks,
          done: entry.done,
          open: entry.open,
          in_progress: entry.in_progress ?? 0,
          blocked: 0,
          cancelled: entry.cancelled_or_deferred ?? 0,
        });
        expect(plan.unrecognised).toEqual([]);
      }
    }
  });

  it.skipIf(!existsSync(shared))('keep what they say besides', () => {
    const plan = (file: string) => readBest(sharedPlans().get(file) ?? '').plan;
    const headed = tasksOf(plan('infinite-agent-tasks.md'));
    const last = headed.find(({ key }) => key === '#013');
    expect(last?.depends_on).toEqual(headed.slice(0, 12).map(task => task.external_id));
    expect(headed.flatMap(task => task.depends_on)).toHaveLength(32);
    expect(last?.checklist).toHaveLength(6);
    const spec = plan('speckit-aikit-004.tasks.md');
    expect(spec.items.flatMap(item => item.checklist ?? [])).toHaveLength(6);
    expect(spec.items.find(({ key }) => key === 'T006a')?.tags).toEqual(['US1']);
    const kiro = tasksOf(plan('kiro-rpidns-user-authentication.tasks.md'));
    expect(kiro.filter(({ parent }) => parent !== null)).toHaveLength(33);
    expect(kiro.filter(task => task.tags?.includes('optional'))).toHaveLength(5);
    const exec = plan('execplan-pocket-cto-FP-0003.md');
    expect(exec.items[0]?.notes?.filter(({ text }) => text.startsWith('Decision Log: Decision:'))).toHaveLength(6);
    expect(tasksOf(exec)[0]?.finished_at).toBe('2026-04-08T00:55:19.000Z');
  });

  it.skipIf(!sharedPlans().has('llmclis-plans.md'))('are told from a plan of our own', () => {
    for (const [file, text] of sharedPlans()) {
      const own = detectOwnPlan(text).score;
      const best = Math.max(...MARKDOWN_DIALECTS.map(dialect => dialect.detect(fileOf(text)).score));
      if (file === 'llmclis-plans.md') expect(own).toBeGreaterThan(best);
      else if (READERS[file] !== undefined) expect({ file, own }).toEqual({ file, own: 0 });
    }
  });
});

/** Pieces of which plans are made, in any order and depth. */
const soup = fc
  .array(
    fc.tuple(
      fc.constantFrom('', '', '  ', '    ', '\t', '> ', '   '),
      fc.constantFrom(
        '# Plan',
        '## Task 1: One',
        '### Task 2: Two (DONE)',
        '### 1. Three',
        '## Tasks',
        '## Progress',
        '## Decision Log',
        '### In Progress',
        '## Done ✓',
        '**Task 4: Four**',
        '- [ ] T001 [P] alpha (depends on T002)',
        '- [x] T002 beta, depends on T001',
        '- [ ] 1.1 nested _Requirements: 1.1_',
        '- [-] 1. outer',
        '- [ ]* 1.2 maybe',
        '* [X] Task: done abc1234',
        '1. [ ] #task due 📅 2026-02-30 ⏫ 🆔 a1 ⛔ b2',
        '- [/] b 🆔 b2 ⛔ a1',
        '- [a] strange',
        '- [ ]',
        '[x] bare',
        '- plain',
        '- ✅ sign',
        '**Status**: Done',
        'Depends on: Task 1, Task 2',
        'Depends on: All previous tasks',
        '**Dependencies**: #1-#4, T001-T002',
        'Blocks: Task 1',
        '| Status | Priority |',
        '|---|---|',
        '| done | P1 |',
        '```',
        '<!--',
        '-->',
        '---',
        '===',
        '',
        'Some words.',
      ),
    ),
    { maxLength: 40 },
  )
  .map(lines => lines.map(([indent, text]) => indent + text).join('\n'));

describe('any text', () => {
  it('becomes items that fit together, by every dialect', () => {
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: 'binary', maxLength: 300 })), text => {
        for (const dialect of MARKDOWN_DIALECTS) {
          const source = fileOf(text);
          const { score } = dialect.detect(source);
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1);
          const { items, unrecognised } = dialect.read(source);
          const place = new Map(items.map(({ external_id }, index) => [external_id, index]));
          expect(place.size).toBe(items.length);
          const lines = text.split(/\r\n|\n|\r/).length;
          for (const [index, item] of items.entries()) {
            expect(item.title.trim()).not.toBe('');
            if (item.parent !== null) expect(place.get(item.parent)).toBeLessThan(index);
            for (const id of [...item.depends_on, ...(item.related ?? [])]) expect(place.has(id)).toBe(true);
            expect(item.line).toBeGreaterThan(0);
            expect(item.line).toBeLessThanOrEqual(lines);
            expect(item.checklist?.every(step => step.text.trim() !== '') ?? true).toBe(true);
            expect(item.tags?.every(tag => tag.trim() !== '') ?? true).toBe(true);
          }
          for (const { line } of unrecognised) expect(line).toBeLessThanOrEqual(lines);
          expect(waitsForItself(items)).toBe(false);
        }
        detectOwnPlan(text);
      }),
      { numRuns: 400 },
    );
  });

  it('is found by nothing when it only tells', () => {
    const prose = [
      '# About\n\nSome words. We did Task 3: nothing.\n\n## Overview\n- one\n- two\n\n## Changelog\n### Added\n- a\n### Fixed\n- b\n### Removed\n- c',
      '# Library\n\n**Status**: beta\n\n## Install\n1. Do this\n2. Do that\n\n## Features\n- ✅ fast\n- ✅ small\n',
      '',
      'one line',
    ];
    for (const text of prose) {
      const scores = MARKDOWN_DIALECTS.map(dialect => dialect.detect(fileOf(text)).score);
      expect(scores).toEqual(scores.map(() => 0));
      expect(detectOwnPlan(text).score).toBe(0);
    }
  });
});

/** Whether an item waits for itself: a parent waits for its children. */
function waitsForItself(items: ReturnType<typeof readBest>['plan']['items']): boolean {
  const edges = new Map(items.map(item => [item.external_id, [...item.depends_on]]));
  for (const item of items) if (item.parent !== null) edges.get(item.parent)?.push(item.external_id);
  const left = new Set(edges.keys());
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const id of left) if (!(edges.get(id) ?? []).some(other => left.has(other))) left.delete(id);
  }
  return left.size > 0;
}

describe('a folder', () => {
  it('gives one stage for each file that is a plan, and ids that cannot collide', () => {
    const read = (path: string, text: string) => ({ path, text });
    const source = {
      name: 'specs',
      kind: 'folder' as const,
      files: [
        read('a/tasks.md', '- [ ] T001 One\n- [ ] T002 Two (depends on T001)'),
        read('b/tasks.md', '- [x] T001 One'),
        read('b/spec.md', '# Spec\n\nWords.'),
      ],
    };
    const specKit = MARKDOWN_DIALECTS.find(({ name }) => name === 'spec-kit');
    const plan = specKit?.read(source);
    expect(specKit?.detect(source).score).toBeGreaterThan(0.5);
    expect(plan?.items.map(item => [item.kind, item.external_id, item.parent, item.file])).toEqual([
      ['stage', 'a/tasks.md', null, 'a/tasks.md'],
      ['task', 'a/tasks.md: T001', 'a/tasks.md', 'a/tasks.md'],
      ['task', 'a/tasks.md: T002', 'a/tasks.md', 'a/tasks.md'],
      ['stage', 'b/tasks.md', null, 'b/tasks.md'],
      ['task', 'b/tasks.md: T001', 'b/tasks.md', 'b/tasks.md'],
    ]);
    expect(plan?.items[2]?.depends_on).toEqual(['a/tasks.md: T001']);
  });
});
