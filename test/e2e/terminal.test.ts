import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { must } from '../support/events.ts';
import { read, temporaryFolder, writeFiles } from '../support/repository.ts';
import { finish, makeScene, reply, type Scene, SHIPPED, write } from '../support/run.ts';
import { hasTmux, openTerminal } from '../support/terminal.ts';

const LLMCLIS = `${process.execPath} ${join(SHIPPED, 'bin', 'llmclis.cjs')}`;
const TEST_MS = 240_000;

// Builds what is out of date; after `npm test` that is nothing.
beforeAll(() => {
  if (!hasTmux) return;
  const made = spawnSync(process.execPath, ['scripts/with-setup.mjs', 'llmclis', '--version'], { cwd: SHIPPED });
  if (made.status !== 0) throw new Error(`${made.stderr}`);
}, TEST_MS);

const test = (name: string) => `import test from 'node:test';
import assert from 'node:assert/strict';
test('${name} says its name', async () => {
  const { ${name} } = await import('../src/${name}.js');
  assert.equal(${name}(), '${name}');
});
`;
const source = (name: string) => write(`src/${name}.js`, `export const ${name} = () => '${name}';\n`);
/** A command that goes on until the test lets it. */
const waitFor = (file: string) => ({
  name: 'run_command',
  input: { command: `while [ ! -e ${file} ]; do sleep 0.05; done; echo went on` },
});

/** Two tasks; the model of the first waits in its second try for the file. The registry is the person's own. */
async function twoTasks(file: string): Promise<Scene> {
  const files = {
    'package.json': '{"type": "module"}\n',
    'test/one.test.js': test('one'),
    'test/two.test.js': test('two'),
  };
  const replies = [
    reply('T1', 1, 1, write('src/one.js', 'export const one = () => 1;\n'), finish('Wrote one.')),
    reply('T1', 2, 1, waitFor(file)),
    reply('T1', 2, 2, source('one'), finish('Mended one.')),
    reply('T2', 1, 1, source('two'), finish('Wrote two.')),
  ];
  const scene = await makeScene(files, replies);
  const description = 'Says its own name.';
  scene.addTask({ key: 'T1', title: 'One', description, checks: ['node --test test/one.test.js'] });
  scene.addTask({ key: 'T2', title: 'Two', description, checks: ['node --test test/two.test.js'], depends_on: ['T1'] });
  writeFiles(scene.home, {
    'model_registry.yaml': read(scene.registry),
    'replay.yaml': read(scene.registry, '../replay.yaml'),
  });
  scene.app.close();
  return scene;
}

const boardOf = (scene: Scene, size = { columns: 100, rows: 30 }, env: Readonly<Record<string, string>> = {}) =>
  openTerminal({
    command: LLMCLIS,
    cwd: scene.root,
    env: { LLMCLIS_HOME: scene.home, LLMCLIS_SANDBOX: 'none', ...env },
    ...size,
  });

describe.skipIf(!hasTmux)('the board in a real terminal', () => {
  it('shows the next task and why, starts a run, leaves it running, and finds it again', {
    timeout: TEST_MS,
  }, async () => {
    const file = join(temporaryFolder(), 'go');
    const scene = await twoTasks(file);
    const board = boardOf(scene);
    const opened = await board.shows('next, because:');
    expect(opened).toMatch(/^next: ▶ T1 One — priority 2/m);
    expect(opened).toMatch(/^›▶ T1 /m);
    board.press('j');
    expect(await board.shows(/^› {2}T2 /m)).toContain('waits for T1 pending · One');

    board.press('r');
    await board.shows('T1 runs while');
    const live = await board.shows(/T1 +One +in-progress/);
    expect(live).toContain('turn   T1 try 2, coder on small (local)');
    expect(live).toContain('T1  refused: checks failed — failing: one says its name');
    expect(live).toMatch(/cost {3}\$0 · all-cloud: no task done yet/);

    board.press('q');
    expect(await board.shows('exit 0')).toMatch(/^Run \w+ goes on\. Watch it: llmclis runs watch \w+$/m);
    const again = boardOf(scene);
    await again.shows('T1 runs while');
    writeFileSync(file, '');
    await again.shows(/2\/2 done · run \w+ finished/);
    await again.shows(/T1 +One +done/);
    expect(await again.shows('2 done, 0 blocked, 0 left')).toContain('next: git merge llmclis/run-');
    again.press('C-c');
    await again.shows('exit 0');
  });

  it('stops a run at s, and the next run takes the task up again', { timeout: TEST_MS }, async () => {
    const file = join(temporaryFolder(), 'go');
    const scene = await twoTasks(file);
    const board = boardOf(scene);
    await board.shows('next, because:');
    board.press('r');
    await board.shows('T1 runs while');
    board.press('s');
    await board.shows('stops after the work in hand');
    writeFileSync(file, '');
    await board.shows('0 done, 0 blocked, 2 left (stopped as asked)');
    await board.shows(/T1 +One +pending/);
    board.press('r');
    await board.shows('2 done, 0 blocked, 0 left');
  });

  it('says on the board why a run cannot start', { timeout: TEST_MS }, async () => {
    const scene = await twoTasks(join(temporaryFolder(), 'go'));
    writeFiles(scene.home, {
      'model_registry.yaml': `version: 1
providers:
  here: {kind: ollama, base_url: 'http://127.0.0.1:9'}
models:
  small: {provider: here, id: nobody, context: {window: 32768, max_output: 4096}, capabilities: {tools: true, json: true}}
roles:
  coder: {ladder: [small]}
`,
    });
    const board = boardOf(scene, { columns: 80, rows: 24 });
    await board.shows('next, because:');
    board.press('r');
    expect(await board.shows('No model can be used')).toContain('http://127.0.0.1:9');
  });

  it('follows the size of its window', { timeout: TEST_MS }, async () => {
    const board = boardOf(await twoTasks(join(temporaryFolder(), 'go')));
    await board.shows('p priority');
    board.resize(40, 12);
    const small = await board.shows(/^›▶ T1 +One +pending *$[\s\S]*q leave *$/m);
    expect(small).not.toContain('tries');
  });
});

const PLAN = `# Plan

## Stage 1 – Storage

- [ ] **S1.1 – Write the tables**
  - **Created:** \`2026-11-20T09:00:00Z\` by \`max\`
- [ ] **S1.2 – Count the blockers**
  - **Created:** \`2026-11-20T09:00:00Z\` by \`max\`
- [ ] **S1.3 – Retry what failed**
  - **Created:** \`2026-11-20T09:00:00Z\` by \`max\`
  - [ ] **S1.3.1 – First step**
  - [ ] **S1.3.2 – Second step**

## Stage 2 – Screens

- [ ] **S2.1 – Draw the tree**
  - **Created:** \`2026-11-20T09:00:00Z\` by \`max\`
`;
/** A project with a plan file of two stages; a worker holds the first task. */
async function planned(): Promise<Scene> {
  const scene = await makeScene({ 'plans.md': PLAN, 'llmclis.yaml': 'verify: []\n' }, []);
  const project = must(scene.app.project(scene.projectId));
  must(await scene.app.pullPlans(project));
  must(scene.app.km()).claimNext({ projectId: project.id, holder: 'worker-7', ttl_s: 3_600 });
  scene.app.close();
  return scene;
}

describe.skipIf(!hasTmux)('the tree and the filter in a real terminal', () => {
  it('shows the tree, folds it, filters while one types and pastes, and writes what is done to the plan', {
    timeout: TEST_MS,
  }, async () => {
    const scene = await planned();
    const board = boardOf(scene, { columns: 90, rows: 26 });
    const opened = await board.shows(/^.. {3}▾ S1\.3 +0\/2 Retry what failed +pending/m);
    expect(opened).toMatch(/^.. {7}S1\.3\.1 +First step +pending/m);
    expect(opened).toMatch(/S1\.1 +Write the tables +in-progress +@worker-7/);

    board.press('g', 'Space');
    await board.shows(/^›. ▸ S1 Storage/m);
    expect(board.screen()).not.toContain('S1.3');
    board.press('Space');
    await board.shows('S1.3');

    board.press('/');
    board.type('count');
    expect(await board.shows('/ count▏ · 1 of 6')).not.toContain('S2.1');
    board.press('C-u');
    await board.shows(/^\/ ▏/m);
    board.paste('is:claimed\u001b[31m\n');
    expect(await board.shows('/ is:claimed ▏ · 1 of 6')).toContain('claimed by worker-7 until');
    board.type('colour:red');
    await board.shows('There is no field colour to filter by.');
    expect(board.screen()).toContain('S1.1');
    board.press('C-w');
    await board.shows(/^\/ is:claimed ▏/m);
    board.type('-tag:x');
    await board.shows('/ is:claimed -tag:x▏ · 1 of 6');
    board.press('C-u');
    await board.shows(/^\/ ▏/m);
    board.type('tree');
    await board.shows(/^› +S2\.1 /m);
    board.press('Enter', 'd');
    await board.shows('Set S2.1 “Draw the tree” to done on your word? y/n');
    board.press('y');
    await board.shows('S2.1 is done on your word');
    expect(read(scene.root, 'plans.md')).toContain('- [x] **S2.1');
    board.press('Escape');
    await board.shows('S1.3');
    board.press('q');
    await board.shows('exit 0');
  });

  it('fits a terminal of 60 columns and 15 rows, and uses no colour where NO_COLOR asks for none', {
    timeout: TEST_MS,
  }, async () => {
    const scene = await planned();
    const board = boardOf(scene, { columns: 60, rows: 15 }, { NO_COLOR: '1' });
    await board.shows('S1.1');
    board.press('/');
    board.type('status:nothing');
    await board.shows('nothing');
    await board.shows('esc clear');
    // Escape and a key that come together are another key.
    board.press('Escape');
    await board.shows('r run');
    board.press('?');
    await board.shows('more lines');
    board.press('?', 'g', 'j');
    const screen = await board.shows(/^› +S1\.1 +Write the tables +in-progress/m);
    expect(screen.trimEnd().split('\n').length).toBeLessThanOrEqual(15);
    expect(board.styled()).not.toMatch(/\u001b\[(?:\d+;)*(?:3[0-7]|9[0-7])m/);
  });
});

describe.skipIf(!hasTmux)('the demo in a real terminal', () => {
  const demoIn = (folder: string, home: string) =>
    openTerminal({
      command: `${LLMCLIS} demo --folder ${folder}`,
      cwd: SHIPPED,
      env: { LLMCLIS_HOME: home },
      columns: 80,
      rows: 24,
    });

  it('shows its five stories live and ends with the table, the folder and what to type', {
    timeout: TEST_MS,
  }, async () => {
    const place = temporaryFolder();
    const demo = demoIn(join(place, 'demo'), join(place, 'home'));
    expect(await demo.shows(/^D1\.2 .* · try 1, coder on qwen-coder-local \(local\)/m)).toMatch(/^ task +tries/m);
    await demo.shows('exit 0');
    const all = demo.all();
    expect(all).toContain('The models are scripted.');
    for (const story of [
      'D1.1  done: Slugs for titles',
      'D1.2  refused: checks failed — failing: wrap: no line is longer than the width',
      'D1.3  climbs from qwen-coder-local to opus-cloud: checks failed twice',
      'D2.1  refused: empty diff',
      'D2.1  refused: protected files changed',
      'D2.2  blocked, needs input; see KM-001 in issues.md',
    ])
      expect(all).toContain(story);
    expect(all.slice(all.lastIndexOf(' task  '))).toMatch(
      /D1\.3 Read durations +3 +1\/1 +[\d,]+ +\$0\.\d{4} +red-green\n └ qwen-coder-local → opus-cloud/,
    );
    expect(all).toMatch(/^\$0\.\d{4} · all-cloud ≈ \$0\.\d{4} \(estimate\)$/m);
    expect(all).toContain(`cd ${join(place, 'demo', 'textkit')}`);
    expect(existsSync(join(place, 'home'))).toBe(false);
  });

  it('ends at Ctrl-C with a clean screen and 130, and goes on where it stopped', { timeout: TEST_MS }, async () => {
    const place = temporaryFolder();
    const folder = join(place, 'demo');
    const first = demoIn(folder, join(place, 'home'));
    await first.shows('D1.2  writes');
    first.press('C-c');
    await first.shows('exit 130');
    expect(first.all()).toContain(`demo --folder ${folder}`);
    const second = demoIn(folder, join(place, 'home'));
    await second.shows('D1.2  done');
    expect(second.all()).not.toContain('D1.1  try');
    second.press('C-c');
    await second.shows('exit 130');
  });
});
