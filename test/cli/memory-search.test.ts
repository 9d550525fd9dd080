import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openApp, systemClock } from '../../src/app.ts';
import { memoryAdd } from '../../src/cli/commands/memory-add.ts';
import { memoryEval } from '../../src/cli/commands/memory-eval.ts';
import { memorySearch } from '../../src/cli/commands/memory-search.ts';
import type { Evaluation } from '../../src/memory/evaluation/evaluate.ts';
import type { Explained } from '../../src/memory/memory.ts';
import { temporaryFolder } from '../support/repository.ts';
import { must, type, typeJson } from './app.ts';

const ROOT = join(import.meta.dirname, '../..');

function world() {
  const top = temporaryFolder('llmclis-search-');
  const [home, cwd] = [join(top, 'home'), join(top, 'project')];
  mkdirSync(home);
  mkdirSync(cwd);
  let time = Date.UTC(2026, 10, 21, 9);
  const clock = { ...systemClock, now: () => new Date(time) };
  const app = openApp({ env: { LLMCLIS_HOME: home }, cwd, version: '1.2.3', shipped: ROOT, clock });
  onTestFinished(() => app.close());
  must(must(app.km()).addProject({ name: 'textkit', root: cwd }));
  const pass = (seconds: number): void => {
    time += seconds * 1000;
  };
  const write = (name: string, ...lines: readonly unknown[]): string => {
    writeFileSync(join(cwd, name), lines.map(line => JSON.stringify(line)).join('\n'));
    return name;
  };
  const search = async (...words: readonly string[]) => (await typeJson(memorySearch, app, words)).json as Explained;
  return { app, search, pass, write };
}

describe('memory search', () => {
  it('explains what a score is made of, and what was left out', async () => {
    const { app, search } = world();
    await type(memoryAdd, app, ['normalizeSlug keeps dots.', '--type', 'decision']);
    await type(memoryAdd, app, ['normalizeSlug keeps the dots.']);
    await type(memoryAdd, app, ['Lunch is at noon.']);
    const { out, exit } = await type(memorySearch, app, [
      'SlugInput',
      'normalizeSlug',
      'dots',
      '--explain',
      '--top_k',
      '1',
    ]);
    expect(exit).toBe(0);
    expect(out).toMatch(/^1 {2}1\.00 {2}decision · project · 2026-11-21 · person\n {4}normalizeSlug keeps dots\.\n/);
    expect(out).toMatch(/\nhit +score +bm25 +trigram +coverage +type\n {2}1 +1\.000 /);
    expect(out).toContain('\ndots: 2 as a word, 2 as a part of one\n');
    expect(out).toContain('2 entries share a word with it, 2 were weighed, vectors had nothing to say.');
    expect(out).toMatch(/\nnot 2: others are better · normalizeSlug keeps the dots\./);
    const answer = await search('dots', '--explain');
    expect(Object.keys(answer)).toEqual(['hits', 'left_out', 'words', 'matched', 'weighed', 'vectors']);
    expect(Object.keys(await search('dots'))).toEqual(['hits']);
  });

  it('goes back to a time, shows all on request, and keeps to a budget', async () => {
    const { app, pass, search } = world();
    await type(memoryAdd, app, ['The port is 5432.', '--slot', 'db.port']);
    pass(86_400);
    await type(memoryAdd, app, ['The port is 6000.', '--slot', 'db.port']);
    pass(86_400);
    const texts = async (...more: readonly string[]): Promise<readonly string[]> =>
      (await search('port', ...more)).hits.map(({ text }) => text);
    expect(await texts()).toEqual(['The port is 6000.']);
    expect(await texts('--as_of', '36h')).toEqual(['The port is 5432.']);
    expect(await texts('--all')).toEqual(['The port is 6000.', 'The port is 5432.']);
    expect(await texts('--all', '--budget', '5')).toEqual(['The port is 6000.']);
    expect(await texts('--budget', '1')).toEqual([]);
    expect((await type(memorySearch, app, ['port', '--budget', '1'])).out).toContain('does not fit into the budget');
    expect((await type(memorySearch, app, ['nothing'])).out).toBe('Nothing is remembered about "nothing".\n');
    expect((await type(memorySearch, app, ['port', '--as_of', 'soon'])).exit).toBe(2);
    expect((await type(memorySearch, app, ['port', '--all'])).out).toContain('· superseded');
  });
});

describe('memory eval', () => {
  it('prints figures by category and overall, and progress apart', async () => {
    const { app, search, write } = world();
    const corpus = write('c.jsonl', { id: 'a', text: 'The cat sleeps.' }, { id: 'b', text: 'The dog barks.' });
    const queries = write(
      'q.jsonl',
      { query: 'Who barks?', relevant: ['b'], category: 'easy' },
      { query: 'Who flies?', relevant: ['a'], category: 'hard' },
    );
    const { out, err, exit } = await type(memoryEval, app, ['--corpus', corpus, '--queries', queries]);
    expect(exit).toBe(0);
    expect(out).toMatch(/^category {2}questions {4}R@5 {3}R@10 {4}MRR {2}nDCG@10\neasy +1 {2}1\.000/);
    expect(out).toMatch(
      /\noverall +2 {2}0\.500 {2}0\.500 {2}0\.500 +0\.500\n2 entries in 1 project, words alone, [\d.]+ s\.\n$/,
    );
    expect(err).toContain('stored 2 of 2');
    const { json: report } = await typeJson(memoryEval, app, ['--corpus', corpus, '--queries', queries]);
    expect((report as Evaluation).overall).toMatchObject({ queries: 2, recall_5: 0.5 });
    expect((await search('barks')).hits).toEqual([]);
  });

  it('names the line that is wrong, and the file that is missing', async () => {
    const { app, write } = world();
    const corpus = write('c.jsonl', { id: 'a', text: 'The cat sleeps.' }, { id: 'b' });
    const bad = await type(memoryEval, app, ['--corpus', corpus, '--queries', corpus]);
    expect(bad.exit).toBe(2);
    expect(bad.err).toMatch(/Line 2 of .*c\.jsonl needs "id" and "text"\./);
    expect((await type(memoryEval, app, ['--corpus', 'none', '--queries', corpus])).err).toContain('There is no file');
  });
});
