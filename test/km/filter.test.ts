import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/km/database.ts';
import type { SearchOptions, TaskPage } from '../../src/km/km.ts';
import { createKm } from '../../src/km/repository.ts';
import { addTasks, codeOf, MIGRATIONS, makeWorld, messageOf, must, type World } from './fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'llmclis-filter-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const search = ({ km, project }: World, filter: string, options: SearchOptions = {}): readonly string[] =>
  must(km.searchTasks(project, filter, options)).tasks.map(({ key }) => key);
const hintOf = (result: ReturnType<World['km']['searchTasks']>): string => (result.ok ? '' : result.error.hint);

/** A stage with a small tree of tasks in every state. */
function garden(): World {
  const world = makeWorld();
  const { km, clock } = world;
  const ids = addTasks(world, {
    S1: { kind: 'stage' },
    'S1.1': { parent: 'S1', tags: ['API'], role: 'coder', checks: ['npm test'], priority: 0, due: '2026-11-23' },
    'S1.2': { parent: 'S1', depends_on: ['S1.1'], tags: ['docs'], assignee: 'Ann', due: '2026-11-20' },
    'S1.2.1': { parent: 'S1.2', private: true, queue: 'heavy', complexity: 7, links: ['https://a.b/c'] },
    S2: { title: 'Retry failed uploads', description: 'See src/net/retry.ts, `client.send()` and "C:\\temp" 100%.' },
    S3: { priority: 4, acceptance: 'It works', checklist: [{ text: 'Ask the operators', done: false }] },
  });
  clock.forward(4 * 86_400);
  must(km.markTaskStatus(ids.S3 ?? 0, 'blocked', { agent: 'Bob', reason: 'needs_input', detail: 'When?' }));
  must(km.appendTaskNote(ids['S1.1'] ?? 0, 'The daemon restarts itself', 'me'));
  return world;
}

describe('the filter language', () => {
  it.each([
    ['', 'S1.1 S1.2 S1.2.1 S2 S3'],
    ['status:blocked', 'S3'],
    ['status:pending,blocked -status:blocked', 'S1.1 S1.2 S1.2.1 S2'],
    ['reason:needs-input', 'S3'],
    ['reason:none tag:docs', 'S1.2'],
    ['role:coder', 'S1.1'],
    ['role:none tag:*', 'S1.2'],
    ['tag:api', 'S1.1'],
    ['tag:a*,d*', 'S1.1 S1.2'],
    ['-tag:api', 'S1.2 S1.2.1 S2 S3'],
    ['queue:heavy', 'S1.2.1'],
    ['assignee:ann', 'S1.2'],
    ['-assignee:none', 'S1.2'],
    ['agent:bob', 'S3'],
    ['key:s1.*', 'S1.1 S1.2 S1.2.1'],
    ['key:S1.2', 'S1.2'],
    ['parent:S1', 'S1.1 S1.2'],
    ['under:S1', 'S1.1 S1.2 S1.2.1'],
    ['parent:none', 'S2 S3'],
    ['priority:0', 'S1.1'],
    ['priority:<2,4', 'S1.1 S3'],
    ['priority:>=3', 'S3'],
    ['complexity:>5', 'S1.2.1'],
    ['complexity:none key:S1*', 'S1.1 S1.2'],
    ['-complexity:>5', 'S1.1 S1.2 S2 S3'],
    ['created:2026-11-21', 'S1.1 S1.2 S1.2.1 S2 S3'],
    ['created:>2026-11-21', ''],
    ['created:<=2026-11-21', 'S1.1 S1.2 S1.2.1 S2 S3'],
    ['updated:today', 'S1.1 S3'],
    ['updated:<7d', 'S1.1 S1.2 S1.2.1 S2 S3'],
    ['updated:>3d', 'S1.2 S1.2.1 S2'],
    ['updated:>=2026-11-25T09:00:00Z', 'S1.1 S3'],
    ['finished:none started:none key:S2', 'S2'],
    ['due:<2026-11-23', 'S1.2'],
    ['due:<7d', 'S1.1 S1.2'],
    ['due:none', 'S1.2.1 S2 S3'],
    ['depends:S1.1', 'S1.2'],
    ['blocks:S1.2', 'S1.1'],
    ['proof:none priority:4', 'S3'],
    ['has:checks', 'S1.1'],
    ['has:notes,checklist', 'S1.1 S3'],
    ['has:links', 'S1.2.1'],
    ['has:due -has:checks', 'S1.2'],
    ['has:description', 'S2'],
    ['is:ready', 'S1.1 S1.2.1 S2'],
    ['is:waiting', 'S1.2'],
    ['is:blocked', 'S1.2 S3'],
    ['is:open', 'S1.1 S1.2 S1.2.1 S2 S3'],
    ['is:closed', ''],
    ['is:claimed', ''],
    ['is:stale', 'S1.2 S1.2.1 S2'],
    ['stale:1w', ''],
    ['is:overdue', 'S1.1 S1.2'],
    ['is:stage', 'S1'],
    ['is:stage,subtask', 'S1 S1.2.1'],
    ['is:task', 'S1.1 S1.2 S2 S3'],
    ['is:private', 'S1.2.1'],
    ['is:vanished', ''],
    ['STATUS:Blocked', 'S3'],
  ])('%j finds %j', (filter, keys) => {
    expect(search(garden(), filter).join(' ')).toBe(keys);
  });

  it.each([
    ['retry', 'S2'],
    ['retrying', 'S2'],
    ['"failed uploads"', 'S2'],
    ['"uploads failed"', ''],
    ['uploads failed', 'S2'],
    ['-retry is:ready', 'S1.1 S1.2.1'],
    ['operator', 'S3'],
    ['works', 'S3'],
    ['restart', 'S1.1'],
    ['docs', 'S1.2'],
    ['ann', 'S1.2'],
    ['S1.2', 'S1.2 S1.2.1'],
    ['src/net/retry.ts', 'S2'],
    ['client.send()', 'S2'],
    ['"C:\\temp"', 'S2'],
    ['https://a.b/c', 'S1.2.1'],
    ['std::vector', ''],
    ['()', 'S2'],
    ['100%', 'S2'],
    ['"%."', 'S2'],
    ['AND', 'S2'],
    ['NEAR(retry', ''],
    ['retry*', 'S2'],
    ['task:: OR', ''],
    ['"', 'S1.1 S1.2 S1.2.1 S2 S3'],
    ['"retry', 'S2'],
    ['^retry', 'S2'],
    ['{title}', ''],
    ['status:pending retry', 'S2'],
    ['- retry', ''],
  ])('the text %j finds %j', (filter, keys) => {
    expect(search(garden(), filter, { order: 'plan' }).join(' ')).toBe(keys);
  });

  it('finds words of scripts without spaces inside a run of them', () => {
    const world = makeWorld();
    addTasks(world, {
      A: { title: '重试失败的上传' },
      B: { description: 'データベースを移行する' },
      C: { title: 'อัปโหลดซ้ำ' },
    });
    expect(search(world, '失败')).toEqual(['A']);
    expect(search(world, '移行')).toEqual(['B']);
    expect(search(world, 'โหลด')).toEqual(['C']);
    expect(search(world, '-上传')).toEqual(['B', 'C']);
  });

  it('knows accents as the letters they stand on, and words in other scripts', () => {
    const world = makeWorld();
    addTasks(world, { A: { title: 'Überprüfen der Größe' }, B: { title: 'Повторить загрузку' } });
    expect(search(world, 'uberprufen')).toEqual(['A']);
    expect(search(world, 'ЗАГРУЗКУ')).toEqual(['B']);
  });

  it('takes the last word for a beginning while it is typed, however the index cuts its end', () => {
    const world = garden();
    for (const typed of ['re', 'ret', 'retr', 'retry', 'uploa', 'upload', 'FAIL'])
      expect(search(world, typed, { typing: true }), typed).toContain('S2');
    expect(search(world, 'uploa')).toEqual([]);
    expect(search(world, 'uploa ', { typing: true })).toEqual([]);
    expect(search(world, 'uploa failed', { typing: true })).toEqual([]);
    expect(search(world, 'failed uplo', { typing: true })).toEqual(['S2']);
  });

  it('shows the best match first, the title before the text, and pages through them', () => {
    const world = makeWorld();
    addTasks(world, {
      A: { description: `something about parsers ${'and much more '.repeat(30)}` },
      B: { title: 'The parser' },
      C: { title: 'Other', description: 'The parser, a parser' },
    });
    expect(search(world, 'parser')).toEqual(['B', 'C', 'A']);
    expect(search(world, 'parser', { order: 'plan' })).toEqual(['A', 'B', 'C']);
    const first = must(world.km.searchTasks(world.project, 'parser', { limit: 2 }));
    expect(first).toMatchObject({ total: 3, next_cursor: expect.any(String) });
    const cursor = first.next_cursor ?? '';
    expect(search(world, 'parser', { limit: 2, cursor })).toEqual(['A']);
    expect(must(world.km.searchTasks(world.project, 'parser', { limit: 2, cursor })).next_cursor).toBeNull();
  });

  it('pages in every order without a gap', () => {
    const world = makeWorld();
    addTasks(
      world,
      Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`K${index}`, { priority: (index * 7) % 5 }])),
    );
    for (const order of ['plan', 'next', 'oldest'] as const) {
      const whole = search(world, 'is:open', { order });
      const keys: string[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page: TaskPage = must(
          world.km.searchTasks(world.project, 'is:open', { order, limit: 2, ...(cursor && { cursor }) }),
        );
        keys.push(...page.tasks.map(({ key }) => key));
        cursor = page.next_cursor;
      }
      expect(keys).toEqual(whole);
      expect(new Set(keys).size).toBe(9);
    }
  });

  it('sees what was changed, noted and added since it last looked', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, { A: { title: 'Old words' } });
    expect(search(world, 'words')).toEqual(['A']);
    must(world.km.editTask(A, { title: 'New text' }, 'me'));
    must(world.km.appendTaskNote(A, 'a zebra', 'me'));
    expect(search(world, 'words')).toEqual([]);
    expect(search(world, 'zebra')).toEqual(['A']);
    expect(world.database.sqlite.prepare('SELECT count(*) FROM task_search_queue').pluck().get()).toBe(0);
  });

  it('is one index for every process that has the database open', () => {
    const file = join(folder, 'llmclis.db');
    const world = makeWorld(file);
    const second = must(openDatabase(file, { migrations: MIGRATIONS }));
    const other = { ...world, database: second, km: createKm(second, world.clock) };
    addTasks(world, { A: { title: 'First words' } });
    expect(search(other, 'words')).toEqual(['A']);
    addTasks(other, { B: { title: 'More words' } });
    expect(search(world, 'words', { order: 'plan' })).toEqual(['A', 'B']);
    expect(search(other, 'words', { order: 'plan' })).toEqual(['A', 'B']);
    for (const { sqlite } of [second, world.database]) sqlite.close();
  });

  it('looks through the texts where the index cannot be written', () => {
    const world = garden();
    world.database.sqlite.pragma('query_only = 1');
    expect(search(world, 'retry -docs')).toEqual(['S2']);
    expect(search(world, 'zebra')).toEqual([]);
    world.database.sqlite.pragma('query_only = 0');
    expect(search(world, 'retrying')).toEqual(['S2']);
  });

  it('keeps to its project', () => {
    const world = garden();
    const other = must(world.km.addProject({ name: 'other', root: '/nowhere/other' })).id;
    addTasks({ km: world.km, project: other }, { X: { title: 'Retry too' } });
    expect(search(world, 'retry')).toEqual(['S2']);
    expect(codeOf(world.km.searchTasks(world.project, 'under:X'))).toBe('input.not_found');
  });

  it.each([
    ['statu:blocked', 'Did you mean status?', 'The fields: status,'],
    ['foo:bar', 'no field foo', 'in quotes'],
    ['status:blcked', 'does not take "blcked"', 'Did you mean blocked?'],
    ['status:', 'needs a value', 'pending, in-progress'],
    ['is:redy', 'redy', 'Did you mean ready?'],
    ['has:x', 'has:', 'checklist'],
    ['priority:9', 'priority:', '0 to 4'],
    ['priority:<high', 'priority:', '0 to 4'],
    ['created:soon', 'created:', '2026-11-01'],
    ['created:2026-13-40', 'created:', '2026-11-01'],
    ['stale:3', 'stale:', '5d'],
    ['role:chef', 'chef', 'coder'],
    ['depends:S9', 'no task S9', 'task list'],
    [`x`.repeat(4001), 'longer than 4000', 'less'],
    ['a '.repeat(101), '100 terms', 'less'],
    [`key:${'a,'.repeat(201)}`, '200 values', 'less'],
  ])('refuses %j and says what it knows', (filter, message, hint) => {
    const { km, project } = garden();
    const result = km.searchTasks(project, filter);
    expect(messageOf(result)).toContain(message);
    expect(hintOf(result)).toContain(hint);
  });

  it('never breaks and never changes anything, whatever the text', () => {
    const world = garden();
    const before = world.database.sqlite.prepare('SELECT count(*), sum(id) FROM tasks').raw().get();
    const nasty = fc.constantFrom(...`"'-:,*()[]{}<>%_\\^+;.?!|&~\` ANDORNOTNEARstatusisready`, '\0', '重', 'é', ' ');
    const text = fc.oneof(
      fc.array(nasty, { maxLength: 25 }).map(parts => parts.join('')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(text, fc.boolean(), (filter, typing) => {
        const result = world.km.searchTasks(world.project, filter, { typing });
        expect(['ok', 'input.invalid', 'input.not_found']).toContain(codeOf(result));
      }),
      { numRuns: 400 },
    );
    expect(world.database.sqlite.prepare('SELECT count(*), sum(id) FROM tasks').raw().get()).toEqual(before);
  });
});
