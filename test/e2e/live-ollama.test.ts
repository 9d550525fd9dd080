import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openApp } from '../../src/app.ts';
import type { RunEvent } from '../../src/core/event.ts';
import { scriptedAnthropic } from '../servers/anthropic.ts';
import { fromReplayScript } from '../servers/replay.ts';
import { git, makeRepository, temporaryFolder } from '../support/repository.ts';
import { finish, reply, SHIPPED, write } from '../support/run.ts';

/** A live Ollama whose model `tiny-script` was made with test/live/SCRIPTS.json: it follows the last marker in its prompt. */
const live = process.env.LLMCLIS_LIVE_OLLAMA;

const testOf = (name: string, marker: string): string =>
  `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nconst { ${name} } = await import('../src/${name}.js').catch(() => ({}));\ntest('${name}', () => assert.equal(${name}?.(6, 3), ${{ add: 9, sub: 3, mul: 18, div: 2 }[name]}, '${marker}'));\n`;

const FILES = {
  'package.json': JSON.stringify({ name: 'live', type: 'module', scripts: { test: 'node --test' } }),
  'src/index.js': '// Four small functions, one file each.\n',
  'test/add.test.js': testOf('add', 'add is wrong'),
  'test/sub.test.js': testOf('sub', '[[solve-sub]]'),
  'test/mul.test.js': testOf('mul', '[[wrong-mul]]'),
  'test/div.test.js': testOf('div', 'div is wrong'),
};
const TASKS = [
  {
    key: 'L1',
    title: 'Add',
    description: 'Write add in src/add.js. [[solve-add]]',
    checks: ['node --test test/add.test.js'],
  },
  {
    key: 'L2',
    title: 'Subtract',
    description: 'Write sub in src/sub.js. [[wrong-sub]]',
    checks: ['node --test test/sub.test.js'],
    depends_on: ['L1'],
  },
  {
    key: 'L3',
    title: 'Multiply',
    description: 'Write mul in src/mul.js. [[wrong-mul]]',
    checks: ['node --test test/mul.test.js'],
    depends_on: ['L2'],
  },
  {
    key: 'L4',
    title: 'Divide',
    description: 'Write div in src/div.js. [[tool]]',
    checks: ['node --test test/div.test.js'],
    depends_on: ['L3'],
  },
];
const solved = (task: string, name: string, operator: string) => [
  reply(task, 3, 1, write(`src/${name}.js`, `export const ${name} = (a, b) => a ${operator} b;\n`)),
  reply(task, 3, 2, finish(`Wrote ${name}.`)),
];

const registry = (cloud: string): string => `version: 1
providers:
  ollama: {kind: ollama, base_url: "${live}", location: local}
  anthropic: {kind: anthropic, base_url: "${cloud}", api_key_env: LIVE_TEST_KEY, location: cloud}
models:
  tiny: {provider: ollama, id: tiny-script, context: {window: 49152, num_ctx: 32768, max_output: 2048}, capabilities: {tools: true, json: true}}
  opus:
    provider: anthropic
    id: claude-opus-5-5
    context: {window: 200000, max_output: 8192}
    capabilities: {tools: true, json: true}
    price_per_mtok: {input: 4, output: 20, cache_read: 0.2, cache_write: 5}
roles:
  coder: {ladder: [tiny, opus], needs: [tools]}
`;

const of = <T extends RunEvent['type']>(events: readonly RunEvent[], type: T) =>
  events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);

describe.skipIf(!live)('a run with a live Ollama (LLMCLIS_LIVE_OLLAMA) as the local rung', () => {
  it('solves at once, after seeing the failing test, after climbing, and refuses an empty claim', {
    timeout: 900_000,
  }, async () => {
    const anthropic = await scriptedAnthropic({
      key: 'key-of-the-live-test',
      reply: fromReplayScript([...solved('L3', 'mul', '*'), ...solved('L4', 'div', '/')]),
    });
    const folder = temporaryFolder();
    const root = makeRepository(FILES, join(folder, 'project'));
    writeFileSync(join(folder, 'registry.yaml'), registry(anthropic.url));
    const env = { ...process.env, LLMCLIS_HOME: join(folder, 'home'), LIVE_TEST_KEY: 'key-of-the-live-test' };
    const app = openApp({ env, cwd: root, version: '0.0.0', shipped: SHIPPED });
    const km = app.km();
    if (!km.ok) throw new Error(km.error.message);
    const project = km.value.addProject({ name: 'live', root });
    if (!project.ok) throw new Error(project.error.message);
    for (const task of TASKS) km.value.addTask({ ...task, project_id: project.value.id }, 'test');
    const events: RunEvent[] = [];
    const options = { registry: join(folder, 'registry.yaml'), no_sandbox: true, merge: 'auto' } as const;
    const summary = await app.orchestrate(
      project.value,
      options,
      event => void events.push(event),
      new AbortController().signal,
    );
    await anthropic.close();
    app.close();
    expect(summary).toMatchObject({
      ok: true,
      value: { tasks: { done: 4, blocked: 0 }, escalations: 2, refused_by: { checks_failed: 3, empty_diff: 2 } },
    });
    expect(of(events, 'task.done').map(({ task, tries, proof }) => [task, tries, proof])).toEqual([
      ['L1', 1, 'red-green'],
      ['L2', 2, 'red-green'],
      ['L3', 3, 'red-green'],
      ['L4', 3, 'red-green'],
    ]);
    expect(git(root, 'log', '--format=%s').split('\n')).toHaveLength(5);
  });
});
