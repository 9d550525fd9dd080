import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { read, temporaryFolder, writeFiles } from '../support/repository.ts';

function world() {
  const folder = temporaryFolder();
  const place = { cwd: join(folder, 'project'), home: join(folder, 'home') };
  writeFiles(place.cwd, { 'plans.md': '- [ ] **S1.1 – One**\n  - **Created:** `2026-01-01` by `max`\n' });
  const type = (...words: string[]) => runCli([...words, '--json'], place);
  expect(type('project', 'add', '--name', 'demo').exit).toBe(0);
  return { root: place.cwd, type };
}

describe('task research and task issue', () => {
  it('write an entry, link it from the task and its plan, and plan check finds both', () => {
    const { root, type } = world();
    const asked = type('task', 'research', 'S1.1', 'Which', 'runtime?', '--agent', 'researcher');
    const link = 'research.md#rq-001--which-runtime';
    expect(asked).toMatchObject({ exit: 0, json: [{ key: 'S1.1', id: 'RQ-001', link, links: [link] }] });
    writeFileSync(join(root, 'log.txt'), 'expected 1\ngot 2\n');
    const issue = type('task', 'issue', 'S1.1', 'It hangs', '--file', 'log.txt');
    expect(issue).toMatchObject({ exit: 0, json: [{ id: 'KM-001', link: 'issues.md#km-001--s11-one' }] });
    expect(read(root, 'issues.md')).toContain('It hangs\n\nexpected 1\ngot 2\n');
    const plan = read(root, 'plans.md');
    expect(plan).toContain(
      `  - **Links:**\n    - Research: \`${link}\`\n    - Issues: \`issues.md#km-001--s11-one\`\n`,
    );
    expect(type('plan', 'check', '--strict')).toMatchObject({ exit: 0, json: [{ errors: 0, warnings: 0 }] });
    expect(type('task', 'research', 'S1.1', 'Which runtime?').json).toEqual(
      asked.json.map(one => ({ ...one, links: [link, 'issues.md#km-001--s11-one'] })),
    );
    expect(read(root, 'plans.md')).toBe(plan);
    writeFileSync(join(root, 'research.md'), '# Empty\n');
    expect(type('plan', 'check', '--strict')).toMatchObject({
      exit: 2,
      json: [{ problems: [{ file: 'plans.md', message: 'research.md has no heading for #rq-001--which-runtime.' }] }],
    });
  });

  it('write nothing for a task or a file that is not there', () => {
    const { root, type } = world();
    expect(type('task', 'research', 'S9', 'What?')).toMatchObject({
      exit: 2,
      json: [{ error: { code: 'input.not_found' } }],
    });
    expect(type('task', 'issue', 'S1.1', 'x', '--file', 'none.txt')).toMatchObject({ exit: 2 });
    expect(type('task', 'issue', 'S1.1', ' ')).toMatchObject({ exit: 2 });
    expect(read(root, 'plans.md')).not.toContain('Links');
  });
});
