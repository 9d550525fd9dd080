import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backup, restore } from '../../src/cli/commands/backup.ts';
import { exportContent, importContent } from '../../src/cli/commands/export.ts';
import { kmDoctor } from '../../src/cli/commands/km-doctor.ts';
import { connect } from '../../src/km/sqlite.ts';
import { must, type, typeJson } from './app.ts';
import { realApp } from './real-app.ts';

function world() {
  const real = realApp();
  const project = real.addProject();
  const km = must(real.app.km());
  const add = (key: string) => must(km.addTask({ project_id: project.id, key, title: `Task ${key}` }, 'person'));
  add('S1.1');
  return {
    ...real,
    km,
    project,
    add,
    keys: () => km.listTasks({ project_id: project.id }).tasks.map(task => task.key),
  };
}

/** Writes to the database past the knowledge manager. */
function tamper(home: string, sql: string): void {
  const sqlite = connect(join(home, 'llmclis.db'), { readonly: false, timeout: 1000 });
  sqlite.exec(sql);
  sqlite.close();
}

describe('backup and restore', () => {
  it('copy the database into the home’s backups and put it back', async () => {
    const { app, home, add, keys, pass } = world();
    const made = await typeJson(backup, app, []);
    const file = join(home, 'backups', 'llmclis-20261121-090000.db');
    expect(made).toMatchObject({ exit: 0, json: { file, tasks: 1, projects: 1 } });
    add('S1.2');
    pass(1);
    const { out, exit } = await type(restore, app, [file]);
    expect([exit, keys()]).toEqual([0, ['S1.1']]);
    expect(out).toBe(
      `Restored 1 task in 1 project from ${file}\nWhat was there before: ${join(home, 'backups', 'llmclis-20261121-090001.db')}\n`,
    );
    expect((await type(backup, app, [])).out).toContain('llmclis-20261121-090001-2.db');
  });

  it('restore nothing while a run is going, unless told to', async () => {
    const { app, home, km, project, add, keys } = world();
    must(await app.backup(undefined, { force: false }));
    const [name = ''] = readdirSync(join(home, 'backups'));
    const file = join(home, 'backups', name);
    add('S1.2');
    tamper(
      home,
      `INSERT INTO runs (id, project_id, status, pid, heartbeat_at, started_at, options)
       VALUES ('r1', ${project.id}, 'running', ${process.pid}, '2026-11-21T09:00:00Z', '2026-11-21T09:00:00Z', '{}')`,
    );
    expect(await typeJson(restore, app, [file])).toMatchObject({ exit: 6, json: { error: { code: 'run.busy' } } });
    expect(keys()).toEqual(['S1.1', 'S1.2']);
    expect((await type(restore, app, [file, '--force'])).exit).toBe(0);
    expect(keys()).toEqual(['S1.1']);
    expect(km.listProjects()).toHaveLength(1);
  });

  it('say what is wrong with a place or a file', async () => {
    const { app, home } = world();
    writeFileSync(join(home, 'file'), 'no database');
    for (const [command, words, exit] of [
      [backup, [join(home, 'file')], 2],
      [backup, [home], 2],
      [backup, [join(home, 'file', 'x.db')], 4],
      [restore, [join(home, 'file')], 2],
      [restore, [join(home, 'nowhere.db')], 2],
    ] as const) {
      const typed = await type(command, app, words);
      expect([words, typed.exit]).toEqual([words, exit]);
      expect(typed.err).toMatch(/^error: .+\nnext: .+\n$/);
    }
  });
});

describe('export and import', () => {
  it('move everything into another home, identical', async () => {
    const { app, home } = world();
    const printed = await type(exportContent, app, []);
    const file = join(home, 'x.jsonl');
    expect(await typeJson(exportContent, app, [file])).toMatchObject({ json: { file, records: expect.any(Number) } });
    expect(readFileSync(file, 'utf8')).toBe(printed.out);
    const other = realApp();
    expect(await typeJson(importContent, other.app, [file])).toMatchObject({
      exit: 0,
      json: { changed: true, tasks: 1 },
    });
    expect((await type(exportContent, other.app, [])).out).toBe(printed.out);
    expect((await type(importContent, other.app, [file])).out).toMatch(/^Nothing to do/);
    const third = realApp();
    await type(importContent, third.app, ['-'], { stdin: printed.out });
    expect((await type(exportContent, third.app, ['--project_id', '1'])).out).toContain('"key":"S1.1"');
  });

  it('replace what is there only when told to, after a backup', async () => {
    const { app, home, add, keys } = world();
    const file = join(home, 'x.jsonl');
    await type(exportContent, app, [file]);
    add('S1.2');
    expect(await typeJson(importContent, app, [file])).toMatchObject({
      exit: 6,
      json: { error: { code: 'database.not_empty' } },
    });
    expect(keys()).toEqual(['S1.1', 'S1.2']);
    const { json } = await typeJson(importContent, app, [file, '--replace']);
    expect(json).toMatchObject({ changed: true, kept: join(home, 'backups', 'llmclis-20261121-090000.db') });
    expect(keys()).toEqual(['S1.1']);
    expect((await type(restore, app, [join(home, 'backups', 'llmclis-20261121-090000.db')])).exit).toBe(0);
    expect(keys()).toEqual(['S1.1', 'S1.2']);
  });

  it('say what is wrong, with the line', async () => {
    const { app, home } = world();
    const file = join(home, 'x.jsonl');
    await type(exportContent, app, [file]);
    writeFileSync(file, `${readFileSync(file, 'utf8')}nonsense\n`);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').length;
    const refused = await type(importContent, realApp().app, [file]);
    expect([refused.exit, refused.err]).toEqual([
      2,
      expect.stringContaining(`Line ${lines} of ${file} cannot be read`),
    ]);
    expect((await type(importContent, app, [join(home, 'nowhere')])).exit).toBe(2);
    expect((await type(exportContent, app, ['--json'])).exit).toBe(2);
    expect((await type(exportContent, app, [join(home, 'y'), '--project_id', '7'])).exit).toBe(2);
    expect(existsSync(join(home, 'y'))).toBe(false);
  });
});

describe('km doctor', () => {
  it('finds nothing, or exits with 3; repairs counters when told to', async () => {
    const { app, home } = world();
    expect(await type(kmDoctor, app, [])).toMatchObject({
      exit: 0,
      out: 'integrity, schema, counters, claims, keys, search, memory: all is well\n',
    });
    tamper(home, 'UPDATE tasks SET open_blockers = 5');
    const { exit, out } = await type(kmDoctor, app, []);
    expect(exit).toBe(3);
    expect(out).toContain(
      'counters  Project 1, S1.1: open_blockers is 5, should be 0.\n  next: Count again: llmclis km doctor --repair',
    );
    expect(await typeJson(kmDoctor, app, ['--repair'])).toEqual({
      exit: 0,
      json: {
        checked: ['integrity', 'schema', 'counters', 'claims', 'keys', 'search', 'memory'],
        findings: [],
        repaired: ['Project 1, S1.1: open_blockers is 5, should be 0'],
      },
    });
  });
});
