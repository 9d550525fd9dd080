import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openApp, systemClock } from '../../src/app.ts';
import type { Command } from '../../src/cli/command.ts';
import { memoryAdd } from '../../src/cli/commands/memory-add.ts';
import {
  memoryEdit,
  memoryForget,
  memoryPin,
  memoryRestore,
  memoryUnpin,
  memoryWrong,
} from '../../src/cli/commands/memory-change.ts';
import { memoryExport, memoryImport } from '../../src/cli/commands/memory-files.ts';
import { memoryList, memoryShow } from '../../src/cli/commands/memory-read.ts';
import { memorySearch } from '../../src/cli/commands/memory-search.ts';
import { temporaryFolder } from '../support/repository.ts';
import { must, type, typeJson } from './app.ts';

const SHIPPED = join(import.meta.dirname, '../..');
const SECRET = 'canary-Zx81-quagga-0042';

function world() {
  const top = temporaryFolder();
  const [home, cwd] = [join(top, 'home'), join(top, 'project')];
  for (const folder of [home, cwd]) mkdirSync(folder);
  let time = Date.UTC(2026, 10, 21, 9);
  const clock = { ...systemClock, now: () => new Date(time) };
  const app = openApp({
    env: { LLMCLIS_HOME: home, SHOP_API_KEY: SECRET },
    cwd,
    version: '1',
    shipped: SHIPPED,
    clock,
  });
  onTestFinished(() => app.close());
  must(must(app.km()).addProject({ name: 'textkit', root: cwd }));
  const add = async (...words: readonly string[]) => {
    time += 60_000;
    return (await type(memoryAdd, app, words)).out;
  };
  return { app, home, cwd, add };
}

/** Everything that lies under a folder, as one text. */
const allBytes = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => join(folder, name))
    .filter(path => statSync(path).isFile())
    .map(path => readFileSync(path, 'latin1'))
    .join('\n');

describe('memory, entry by entry', () => {
  it('says what became of a text, and shows all of it', async () => {
    const { app, add } = world();
    expect(await add('db.port = 5432', '--type', 'fact')).toBe('Remembered as 1.\n');
    expect(await add('db.port = 5433', '--type', 'fact', '--file', 'src/db.js:3-9')).toBe(
      'Remembered as 2.\nIt replaces 1, which is kept and no longer recalled.\n',
    );
    expect(await add('db.port = 9', '--type', 'fact', '--agent', 'coder')).toBe(
      'Remembered as 3.\nIt contradicts 2, which is trusted more, so both stay. Look: llmclis memory show 3\n',
    );
    expect(await add('db.port = 5433')).toBe('Known already, as 2.\n');
    expect((await type(memoryShow, app, ['2'])).out).toBe(`2  fact  live
    db.port = 5433
holds for:    its project
states:       db.port
trust:        person
agent:        person
source:       person
place:        src/db.js:3-9
stored:       2026-11-21T09:02:00Z
said:         2 times
tokens:       about 4

links
  contradicted by 3: db.port = 9
  supersedes 1 (superseded): db.port = 5432

history
  2026-11-21T09:02  stored (person)
  2026-11-21T09:04  merged (person)
`);
    expect((await type(memoryList, app, ['--status', 'superseded'])).out).toBe(
      'id  type  about    day         by      text\n 1  fact  project  2026-11-21  person  [superseded] db.port = 5432\n',
    );
  });

  it('says from when on a later statement holds, and until when the one before it does', async () => {
    const { app, add } = world();
    await add('db.port = 5432', '--type', 'fact');
    expect(await add('db.port = 5433', '--type', 'fact', '--valid_from', '2027-01-01')).toBe(
      'Remembered as 2.\nIt replaces 1 from 2027-01-01 on.\n',
    );
    const { out } = await type(memorySearch, app, ['db.port']);
    expect(out).toContain('until 2027-01-01');
    expect(out).not.toContain('5433');
    expect(
      await add('db.port = 5433', '--type', 'fact', '--valid_from', '2026-01-01', '--valid_to', '2026-11-01'),
    ).toBe('Known already, as 2, and no longer recalled: it has stopped being true.\n');
    expect((await type(memoryAdd, app, ['A note.', '--scope', 'task'])).err).toContain('next: Name it: --task KEY');
  });

  it('shows entries that nearly say the same, and what tells them apart', async () => {
    const { app, add } = world();
    await add('The database listens on port 5432 of the server.');
    await add('The database listens on port 5433 of the server.');
    expect((await type(memoryShow, app, ['1'])).out).toContain(
      'near 2: The database listens on port 5433 of the server. · may contradict: only 5432, 5433 differ',
    );
  });

  it('is corrected and taken away, each time with what to do next', async () => {
    const { app, add } = world();
    await add('db.port = 1', '--type', 'fact');
    await add('db.port = 2', '--type', 'fact');
    expect((await type(memoryWrong, app, ['2', '--because', 'Never moved.'])).out).toBe(
      '2 is marked wrong.\n  It had replaced 1. To make that live again: llmclis memory restore 1\n',
    );
    expect(await add('db.port = 2', '--agent', 'coder')).toBe(
      'Known, and marked wrong, as 2: it stays so. Take that back: llmclis memory restore 2\n',
    );
    expect((await type(memoryRestore, app, ['1'])).out).toBe('1 is live again.\n');
    expect((await type(memoryPin, app, ['1'])).out).toBe('1 is pinned.\n');
    expect((await type(memoryUnpin, app, ['1', '2'])).out).toBe('1 is pinned no more.\n2 is not pinned.\n');
    expect((await type(memoryEdit, app, ['1', 'db.port', '=', '3'])).out).toBe(
      '1 has its new text. The old one: llmclis memory show 1\n',
    );
    expect((await type(memoryForget, app, ['1,2'])).out).toBe('Forgot 2 entries: 1, 2.\n');
    await add('Of a run.', '--source', 'run:r7');
    expect((await type(memoryForget, app, ['3'])).out).toContain(
      '\nWhat a run wrote into its journal stays there: r7.\n',
    );
    expect((await type(memoryList, app, [])).out).toContain('Remember something: llmclis memory add TEXT');
  });

  it('refuses with one line and the next step', async () => {
    const { app, add } = world();
    await add('Something.');
    const refused = async (command: Command, ...words: readonly string[]) => {
      const { exit, err } = await type(command, app, words);
      return [exit, err.split('\n')[0]];
    };
    expect(await refused(memoryShow, 'seven')).toEqual([2, 'error: "seven" is no number of an entry.']);
    expect(await refused(memoryWrong, '1', '7')).toEqual([2, 'error: Nothing is remembered under 7.']);
    expect(await refused(memoryEdit, '1', ' ')).toEqual([2, expect.stringContaining('error: ')]);
    expect(await refused(memoryList, '--since', 'soon')).toEqual([2, 'error: "soon" is no time.']);
    expect(await refused(memoryImport, 'nowhere.md')).toEqual([2, expect.stringContaining('There is no file')]);
    expect((await typeJson(memoryShow, app, ['7'])).json).toMatchObject({ error: { code: 'input.not_found' } });
  });

  it('goes to files and back, with the edits of people, and replaces no file unasked', async () => {
    const { app, add, cwd } = world();
    await add('Dates are UTC.', '--type', 'decision');
    await add('Slugs keep dots.', '--type', 'lesson');
    expect((await type(memoryExport, app, ['memory/'])).out).toContain('Wrote 2 entries to ');
    const file = join(cwd, 'memory', 'decision.md');
    writeFileSync(file, readFileSync(file, 'utf8').replace('Dates are UTC.', 'Dates are UTC, with seconds.'));
    expect((await type(memoryExport, app, ['memory'])).exit).toBe(2);
    const rehearsed = (await type(memoryImport, app, ['memory', '--dry_run'])).out;
    expect(rehearsed).toContain(
      'Nothing was changed. This would be:\n0 added, 1 edited, 1 known already.\n  edited 1 (',
    );
    expect((await type(memoryImport, app, ['memory'])).out).toBe('0 added, 1 edited, 1 known already.\n');
    expect((await type(memoryImport, app, ['memory'])).out).toBe('0 added, 0 edited, 2 known already.\n');
    expect((await type(memoryShow, app, ['1'])).out).toContain('Dates are UTC, with seconds.');
    expect((await type(memoryExport, app, ['memory.jsonl'])).exit).toBe(0);
    expect(readFileSync(join(cwd, 'memory.jsonl'), 'utf8').split('\n')).toHaveLength(4);
  });

  it('keeps no secret that stands in a file of the project', async () => {
    const { app, cwd, add } = world();
    writeFileSync(join(cwd, '.env'), 'DB_PASSWORD=correcthorse99\n');
    await add('The password is correcthorse99.');
    await type(memoryEdit, app, ['1', 'Still correcthorse99.']);
    writeFileSync(join(cwd, 'x.jsonl'), '{"llmclis_memory":1}\n{"text":"It was correcthorse99."}');
    await type(memoryImport, app, ['x.jsonl']);
    await type(memoryExport, app, ['y.jsonl']);
    const exported = readFileSync(join(cwd, 'y.jsonl'), 'utf8');
    expect(exported).not.toContain('correcthorse99');
    expect(exported.match(/redacted:DB_PASSWORD/g)).toHaveLength(3);
  });

  it('keeps no secret, wherever it stands', async () => {
    const { app, add, home, cwd } = world();
    await add(`The key is ${SECRET}.`, '--source', SECRET, '--slot', `key.${SECRET}`, '--agent', SECRET);
    await add('Harmless.');
    await type(memoryEdit, app, ['2', `Now ${SECRET}.`]);
    await type(memoryWrong, app, ['2', '--because', SECRET]);
    const line = JSON.stringify({ text: `${SECRET} again`, source: SECRET, model: SECRET, task: SECRET });
    writeFileSync(join(cwd, 'x.jsonl'), `{"llmclis_memory":1}\n${line}\n`);
    expect((await type(memoryImport, app, ['x.jsonl'])).out).toBe('1 added, 0 edited, 0 known already.\n');
    await type(memoryExport, app, ['y.jsonl']);
    expect(readFileSync(join(cwd, 'y.jsonl'), 'utf8')).toContain('[redacted:SHOP_API_KEY] again');
    expect(readFileSync(join(cwd, 'y.jsonl'), 'utf8')).not.toContain(SECRET);
    expect(allBytes(home).toLowerCase()).not.toContain('quagga');
  });
});
