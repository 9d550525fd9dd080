import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { openCore } from '../../src/app/core.ts';
import type { TendWish } from '../../src/app/memory-types.ts';
import { lookAtQdrant } from '../../src/app/qdrant.ts';
import { settingsOf } from '../../src/app/settings.ts';
import { openApp, systemClock } from '../../src/app.ts';
import { memoryAdd } from '../../src/cli/commands/memory-add.ts';
import { memoryEdit, memoryForget } from '../../src/cli/commands/memory-change.ts';
import { memoryReindex, memoryVerify } from '../../src/cli/commands/memory-index.ts';
import { tendWhile } from '../../src/cli/tend.ts';
import { ok } from '../../src/core/failure.ts';
import { officialApi, qdrantFaults, startQdrant } from '../servers/qdrant.ts';
import { temporaryFolder } from '../support/repository.ts';
import { must, type, typeJson } from './app.ts';
import { testShell } from './shell.ts';

const ROOT = join(import.meta.dirname, '../..');
const KEY = 'canary-qdrant-key-4711';

async function world(options: Parameters<typeof startQdrant>[1] = {}, settings = '') {
  const server = await startQdrant(officialApi(), options);
  onTestFinished(() => server.close());
  const top = temporaryFolder('llmclis-index-');
  const [home, cwd] = [join(top, 'home'), join(top, 'project')];
  mkdirSync(home);
  mkdirSync(cwd);
  writeFileSync(join(home, 'config.yaml'), `qdrant_url: ${server.url}\n${settings}`);
  const env = { LLMCLIS_HOME: home, QDRANT_KEY: KEY, PATH: process.env.PATH };
  let time = Date.UTC(2026, 10, 21, 9);
  const clock = { ...systemClock, now: () => new Date(time) };
  const opened = openApp({ env, cwd, version: '1.2.3', shipped: ROOT, clock });
  onTestFinished(() => opened.close());
  // On a busy machine a second may be over before anything was asked.
  const app = { ...opened, tendMemory: (wish: TendWish) => opened.tendMemory({ ...wish, milliseconds: 60_000 }) };
  must(must(app.km()).addProject({ name: 'textkit', root: cwd }));
  const pass = (seconds: number): void => {
    time += seconds * 1000;
  };
  const points = (): number => [...server.engine().collections.values()].reduce((sum, one) => sum + one.points.size, 0);
  return { ...{ server, app, home, cwd, env, pass, points } };
}

/** Everything that lies under a folder, as one text. */
const allBytes = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => join(folder, name))
    .filter(path => statSync(path).isFile())
    .map(path => readFileSync(path, 'latin1'))
    .join('\n');

describe('memory beside a Qdrant server', () => {
  it('is delivered after each command; a server that is down is one line, and gets it later', async () => {
    const { server, app, pass, points } = await world();
    expect(await type(memoryAdd, app, ['Dates', 'are', 'in', 'UTC'])).toMatchObject({ exit: 0, err: '' });
    expect(points()).toBe(1);
    await server.kill();
    const down = await type(memoryAdd, app, ['The', 'port', 'is', '5433']);
    expect(down).toMatchObject({ exit: 0, out: 'Remembered as 2.\n' });
    expect(down.err).toMatch(
      /^Qdrant \(http:\/\/127\.0\.0\.1:\d+\) does not answer: .*What waits is delivered later\.\n$/,
    );
    expect((await type(memoryVerify, app, [])).exit).toBe(4);
    // Nobody waits for it twice.
    expect(await type(memoryAdd, app, ['Slugs', 'are', 'lower', 'case'])).toMatchObject({ exit: 0, err: '' });
    await server.start('empty');
    pass(600);
    expect(await type(memoryForget, app, ['3'])).toMatchObject({ exit: 0, err: '' });
    expect(points()).toBe(2);
    expect(await typeJson(memoryVerify, app, [])).toMatchObject({ exit: 0 });
    expect(server.violations).toEqual([]);
  });

  it('says what is not as the entries say, and mends it', async () => {
    const { server, app, points } = await world();
    for (const text of ['one', 'two', 'three']) await type(memoryAdd, app, [text]);
    const [collection] = [...server.engine().collections.values()];
    const [first] = [...(collection?.points.keys() ?? [])];
    collection?.points.delete(first ?? '');
    const wrong = await type(memoryVerify, app, []);
    expect(wrong.exit).toBe(3);
    expect(wrong.out).toContain('qdrant: 1 missing (1).\nPut it right: llmclis memory verify --repair\n');
    expect((await type(memoryVerify, app, ['--repair'])).exit).toBe(0);
    expect(points()).toBe(3);
    expect((await type(memoryVerify, app, [])).exit).toBe(0);
  });

  it('mends the indexes of the database too', async () => {
    const { app, home } = await world();
    for (const text of ['one', 'two', 'three']) await type(memoryAdd, app, [text]);
    const { connect } = await import('../../src/km/sqlite.ts');
    const sqlite = connect(join(home, 'llmclis.db'), { readonly: false, timeout: 1000 });
    sqlite.exec('DELETE FROM memory_fts_1 WHERE rowid = 2; DELETE FROM memory_trigram_1 WHERE rowid = 1');
    sqlite.close();
    const wrong = await type(memoryVerify, app, []);
    expect(wrong).toMatchObject({ exit: 3 });
    expect(wrong.out).toContain('words: 1 missing (2).');
    expect(wrong.out).toContain('trigrams: 1 missing (1).');
    expect((await type(memoryVerify, app, ['--repair'])).exit).toBe(0);
    expect((await type(memoryVerify, app, [])).out).toContain('words: equal to the record, 3 entries.');
  });

  it('keeps the key out of everything but the header, and needs it', async () => {
    const settings = 'qdrant_api_key: env:QDRANT_KEY\n';
    const { server, app, home, cwd, env, points } = await world({ key: KEY }, settings);
    expect(await type(memoryAdd, app, ['Dates are in UTC'])).toMatchObject({ exit: 0, err: '' });
    expect(points()).toBe(1);
    server.trouble(() => ({ ...qdrantFaults.badRequest, body: { status: { error: `no ${KEY}` }, time: 0 } }));
    const reindexed = await type(memoryReindex, app, ['--index', 'qdrant']);
    expect(reindexed).toMatchObject({ exit: 4 });
    expect(reindexed.out + reindexed.err).not.toContain(KEY);
    expect(allBytes(home)).not.toContain(KEY);
    const core = openCore({ env, cwd, version: '1.2.3', shipped: ROOT });
    onTestFinished(() => core.close());
    const look = async () => lookAtQdrant(core, must(settingsOf(core, null, {})));
    const [troubled] = await look();
    expect(troubled?.state).toBe('warn');
    expect(JSON.stringify(troubled)).not.toContain(KEY);
    server.trouble(() => null);
    await type(memoryReindex, app, ['--index', 'qdrant']);
    const [well] = await look();
    expect(well).toMatchObject({
      state: 'ok',
      says: expect.stringMatching(/^Qdrant 1\.19\.0 answers .*with a key.*nothing waits/),
    });
  });

  it('asks no other machine in the mode offline', async () => {
    const { app, home } = await world();
    writeFileSync(join(home, 'config.yaml'), 'qdrant_url: https://far.example\nmode: offline\n');
    const added = await type(memoryAdd, app, ['one']);
    expect(added).toMatchObject({ exit: 0, err: expect.stringContaining('The mode is offline') });
  });

  it('follows a backup that was restored, though nothing there says that it changed', async () => {
    const { app, home } = await world();
    await type(memoryAdd, app, ['The port is 5432']);
    const file = join(home, 'then.db');
    must(await app.backup(file, { force: false }));
    await type(memoryEdit, app, ['1', 'The port is 5433']);
    must(await app.restore(file, { force: false }));
    expect((await type(memoryVerify, app, [])).out).toContain('qdrant: 1 different (1). 1 change waits for it.');
    await type(memoryReindex, app, ['--index', 'qdrant']);
    expect((await type(memoryVerify, app, [])).out).toContain('qdrant: equal to the record, 1 entry.');
  });

  it('is followed piece by piece while the board is open, and no longer', async () => {
    const { shell } = testShell();
    const closed = new AbortController();
    const given: number[] = [];
    const app = {
      async tendMemory({ milliseconds }: { readonly milliseconds: number }) {
        given.push(milliseconds);
        if (given.length === 3) closed.abort(new Error('The board is closed.'));
        return ok({ done: 0, waiting: 1, troubles: [] });
      },
    };
    await tendWhile(app, { ...shell, sleep: async () => {} }, closed.signal);
    expect(given).toHaveLength(3);
    expect(Math.max(...given)).toBeLessThanOrEqual(500);
  });

  it('says that a rebuild was interrupted, and what waits', async () => {
    const { shell, stdout, interrupt } = testShell();
    interrupt();
    const app = {
      reindexMemory: async () => ok({ indexes: [{ name: 'near', done: 20, waiting: 7, trouble: null }] }),
    };
    const ready = must(memoryReindex.prepare([]));
    expect(must(await ready(app, shell))).toBe(130);
    expect(stdout()).toBe('near: 20 followed, 7 wait. Go on: llmclis memory reindex\n');
  });

  it('has a server of a pinned version in docker-compose.yml, which only this machine reaches', () => {
    const { qdrant } = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')).services;
    expect(qdrant.image).toMatch(/^qdrant\/qdrant:v1\.19\.\d+$/);
    expect(qdrant.ports).toEqual(['127.0.0.1:6333:6333']);
    expect(qdrant.volumes).toEqual(['qdrant:/qdrant/storage']);
    expect(qdrant.healthcheck.test.join(' ')).toContain('/readyz');
  });

  it('is delivered whole where llmclis was killed in the middle', async () => {
    const { server, app, env, cwd, points } = await world();
    const memory = must(await app.memory());
    for (let number = 0; number < 600; number++) memory.storeMemory(`entry ${number}`, 1, null, 'note', 'coder');
    let killed: ChildProcess | null = null;
    let calls = 0;
    // The second batch comes through, its answer does not: the process is gone by then.
    server.trouble(({ method, path }) => {
      if (method === 'PUT' && path.endsWith('/points')) calls += 1;
      if (calls < 2) return null;
      killed?.kill('SIGKILL');
      return { kind: 'hang', after: true };
    });
    const child = spawn(process.execPath, [join(ROOT, 'src/bin.ts'), 'memory', 'reindex', '--index', 'qdrant'], {
      ...{ cwd, env },
      stdio: 'ignore',
    });
    killed = child;
    expect(await new Promise(resolve => child.on('exit', (_, signal) => resolve(signal)))).toBe('SIGKILL');
    server.trouble(() => null);
    const asked = server.requests.length;
    // Its lease would end after half a minute.
    const { connect } = await import('../../src/km/sqlite.ts');
    const sqlite = connect(join(env.LLMCLIS_HOME, 'llmclis.db'), { readonly: false, timeout: 1000 });
    sqlite.exec('UPDATE memory_consumers SET held_until = 0');
    sqlite.close();
    expect(await type(memoryReindex, app, ['--index', 'qdrant'])).toMatchObject({ exit: 0 });
    expect(points()).toBe(600);
    const again = server.requests
      .slice(asked)
      .filter(({ method, path }) => method === 'PUT' && path.endsWith('/points'));
    // The first batch is not sent again: it goes on where it was.
    expect(again).toHaveLength(2);
    expect((await type(memoryVerify, app, [])).out).toContain('qdrant: equal to the record, 600 entries.');
  });
});
