import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openApp } from '../../../src/app.ts';
import { runCommandLine } from '../../../src/cli/main.ts';
import { testShell } from '../../cli/shell.ts';
import { temporaryFolder } from '../../support/repository.ts';
import { writeTinyModel } from '../../support/tiny-onnx.ts';

const shipped = join(import.meta.dirname, '../../..');

type Hit = { readonly text: string; readonly parts: Readonly<Record<string, number>> };

function commandLine() {
  const place = temporaryFolder();
  const env = { LLMCLIS_HOME: join(place, 'home') };
  return async (...words: readonly string[]) => {
    const shell = testShell({ json: words.includes('--json') });
    const exit = await runCommandLine(
      words,
      () => openApp({ env, cwd: place, version: '1.2.3', shipped }),
      shell.shell,
    );
    return { exit, out: shell.stdout(), err: shell.stderr(), json: shell.json };
  };
}

describe('vectors on the command line', () => {
  it('find what is said in other words, survive a change of model, and are done without', async () => {
    const run = commandLine();
    const folder = temporaryFolder();
    await run('project', 'add');
    for (const text of ['Postgres keeps every table.', 'The kitten sleeps.', 'Snow is coming.', 'We bake a cake.'])
      expect((await run('memory', 'add', text)).exit).toBe(0);
    const search = async (query: string) => {
      const found = await run('memory', 'search', query, '--json');
      return { hits: (found.json() as { hits: readonly Hit[] }).hits, err: found.err };
    };
    expect((await search('sql database')).hits).toEqual([]);

    const first = writeTinyModel(join(folder, 'first'));
    expect((await run('memory', 'enable', '--model', first)).exit).toBe(0);
    expect((await run('memory', 'reindex', '--index', 'vectors')).exit).toBe(0);
    const found = await search('sql database');
    expect(found.hits[0]).toMatchObject({ text: 'Postgres keeps every table.', parts: { vector: expect.any(Number) } });
    expect(found.err).toBe('');
    await run('memory', 'add', 'A storm and wind.');
    expect((await run('memory', 'reindex', '--index', 'vectors')).exit).toBe(0);
    expect((await run('memory', 'status', '--json')).json()).toMatchObject({
      embedder: { kind: 'local', model: first },
      problem: null,
      models: [{ state: 'serving', dimension: 16, made: 5, to_make: 0 }],
      signals: [{ entries: 4, used: true }],
    });

    const second = writeTinyModel(join(folder, 'second'), { dimension: 24 });
    await run('memory', 'enable', '--model', second);
    // Until the second one is complete the first one serves, by its own vectors and queries.
    expect((await search('sql database')).hits[0]?.text).toBe('Postgres keeps every table.');
    rmSync(first, { recursive: true });
    const without = await search('sql database');
    expect(without.hits).toEqual([]);
    expect(without.err).toContain('Recall goes on with text alone. There is no folder');
    expect((await run('memory', 'reindex', '--index', 'vectors')).exit).toBe(0);
    expect((await run('memory', 'status', '--json')).json()).toMatchObject({
      models: [
        { state: 'retired', made: 0 },
        { state: 'serving', dimension: 24, made: 5 },
      ],
    });
    expect((await search('sql database')).err).toBe('');

    await run('memory', 'disable');
    expect((await search('sql database')).hits).toEqual([]);
  });
});
