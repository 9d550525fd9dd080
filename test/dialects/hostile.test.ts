import { describe, expect, it } from 'vitest';
import { chooseDialect } from '../../src/km/dialects/choose.ts';
import { backlog } from '../../src/km/dialects/data/backlog.ts';
import { beads } from '../../src/km/dialects/data/beads.ts';
import { org } from '../../src/km/dialects/data/org.ts';
import { taskmaster } from '../../src/km/dialects/data/taskmaster.ts';
import { taskwarrior } from '../../src/km/dialects/data/taskwarrior.ts';
import { fileOf, folderOf, importWorld, item } from './fixtures.ts';

describe('hostile sources', () => {
  it('of deep nesting are refused or read down to a depth, and say so', () => {
    for (const text of ['['.repeat(200_000), '{"a":'.repeat(200_000), `${'['.repeat(400)}${']'.repeat(400)}`])
      expect(chooseDialect(fileOf(text), undefined, false)).toMatchObject({
        ok: false,
        error: { code: 'input.invalid' },
      });
    let task: object = { id: 1, title: 'deepest' };
    for (let depth = 0; depth < 150; depth += 1) task = { id: 1, title: `level ${depth}`, subtasks: [task] };
    const plan = taskmaster.read(fileOf(JSON.stringify([task])));
    expect(plan.items).toHaveLength(101);
    expect(plan.unrecognised).toHaveLength(1);
    const yaml = `---\nid: task-1\ntitle: x\nstatus: Done\nlabels: ${'['.repeat(20_000)}\n---\n`;
    expect(backlog.read(folderOf({ 'tasks/task-1 - x.md': yaml })).items).toMatchObject([
      { title: 'x', status: 'done' },
    ]);
    const bomb = `---\nid: task-1\na: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c, *c, *c]\ntitle: x\nstatus: Done\n---\n`;
    expect(backlog.read(folderOf({ 'tasks/task-1 - x.md': bomb })).items).toMatchObject([{ title: 'x' }]);
  });

  it('with names of JavaScript’s own as ids, keys and statuses are plain text', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const issues = names.map(id =>
      JSON.stringify({ id, title: id, status: id, priority: 2, issue_type: id, labels: [id] }),
    );
    const plan = beads.read(fileOf(issues.join('\n')));
    expect(plan.items.map(({ external_id, status }) => [external_id, status])).toEqual(
      names.map(name => [name, 'open']),
    );
    const world = importWorld();
    expect(world.take(plan.items, { dialect: 'beads' }).imported.tasks).toBe(4);
    expect(world.take(plan.items, { dialect: 'beads' })).toMatchObject({ updated: 0, unchanged: 4 });
    const tasks = names.map((name, id) => ({ uuid: String(id), description: name, status: name, priority: name }));
    expect(
      taskwarrior.read(fileOf(JSON.stringify(tasks))).items.map(({ status, priority }) => [status, priority]),
    ).toEqual(names.map(() => ['open', undefined]));
  });

  it('of wrong types are skipped and named', () => {
    const text =
      '[{"uuid": {}, "description": []},\n{"uuid": "u", "description": "ok", "status": ["pending"], "tags": "a,b", "annotations": {"x": 1}, "depends": 7, "due": {}},\n null, 5, "x", [1]]';
    const plan = taskwarrior.read(fileOf(text));
    expect(plan.items).toMatchObject([{ title: 'ok', status: 'open', tags: ['a', 'b'] }]);
    expect(plan.unrecognised).toEqual([
      { line: 1, text: 'an object with uuid, description' },
      { line: 3, text: 'null' },
      { line: 3, text: '5' },
      { line: 3, text: '"x"' },
      { line: 3, text: 'a list of 1' },
    ]);
  });

  it('with long runs of blanks and marks are read at once', () => {
    const run = 200_000;
    const text = `* TODO a${' '.repeat(run)}b [1/${'2'.repeat(run)}\nSCHEDULED: ${'SCHEDULED: <'.repeat(run / 10)}\n:LOGBOOK:\n- x${' '.repeat(run)}y\n:END:\n`;
    expect(org.read(fileOf(text)).items).toHaveLength(1);
    const card = `---\nid: task-1\ntitle: x\nstatus: Done\n---\n## ${'# '.repeat(run)}x\n${'- '.repeat(run)}\n`;
    expect(backlog.read(folderOf({ 'tasks/task-1 - x.md': card })).items).toHaveLength(1);
    expect(importWorld().take([item('a', { key: `${'.'.repeat(run)}x` })]).imported.tasks).toBe(1);
  });

  it('with broken characters and no ends become text that a plan can hold', () => {
    const world = importWorld();
    world.take([
      item('a', {
        title: 'a\0b\ud800c\n\td',
        description: 'x\0y\r\nz',
        tags: [' ', 'a\nb'],
        checklist: [{ text: ' ', done: true }],
      }),
    ]);
    expect(world.tasks()).toMatchObject([{ title: 'ab\ufffdc d', description: 'xy\nz', tags: ['a b'], checklist: [] }]);
    expect(importWorld().take([item('a', { title: ' \n' })]).imported.tasks).toBe(1);
  });
});
