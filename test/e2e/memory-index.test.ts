import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { officialApi, type QdrantServer, startQdrant } from '../servers/qdrant.ts';
import { must } from '../support/events.ts';
import { finish, makeScene, reply, write } from '../support/run.ts';

const KEYS = ['T1', 'T2'];
const replies = KEYS.flatMap(key => [reply(key, 1, 1, write(`${key}.txt`, 'x\n')), reply(key, 1, 2, finish())]);

describe('a run beside a Qdrant server', () => {
  let server: QdrantServer;
  beforeAll(async () => {
    server = await startQdrant(officialApi());
  });
  afterAll(() => server.close());

  it('delivers what it remembers, goes on while the server is gone, says so once and loses nothing', async () => {
    const scene = await makeScene({ 'x.js': 'export {};\n' }, replies, { LLMCLIS_QDRANT_URL: server.url });
    for (const key of KEYS)
      scene.addTask({ key, title: `Make ${key}`, description: `Write ${key}.txt.`, checks: [`test -f ${key}.txt`] });
    const told: string[] = [];
    let done = 0;
    const summary = await scene.app.orchestrate(
      must(scene.app.project()),
      { registry: scene.registry, no_sandbox: true },
      ({ type }) => {
        if (type !== 'task.done') return;
        done += 1;
        if (done === 1) void server.kill();
      },
      new AbortController().signal,
      { tell: text => void told.push(text) },
    );
    expect(must(summary).tasks).toMatchObject({ done: 2 });
    expect(told.filter(text => text.includes('Qdrant'))).toHaveLength(1);
    expect(told.at(-1)).toContain('What waits is delivered later.');
    await server.start('empty');
    const caught = must(await scene.app.reindexMemory({ signal: new AbortController().signal, onProgress: () => {} }));
    expect(caught.indexes.every(({ waiting, trouble }) => waiting === 0 && trouble === null)).toBe(true);
    const reports = must(await scene.app.verifyMemory({ repair: false, signal: new AbortController().signal }));
    const qdrant = reports.find(({ name }) => name === 'qdrant');
    expect(qdrant).toMatchObject({ missing: [], different: [], extra: [], waiting: 0, trouble: null });
    expect(qdrant?.entries).toBeGreaterThanOrEqual(2);
    expect(server.violations).toEqual([]);
    scene.app.close();
  });
});
