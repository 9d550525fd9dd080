import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkPlan } from '../src/km/plan/check.ts';

const root = join(import.meta.dirname, '..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('the documents', () => {
  it('docs/cli.md is what the commands say', () => {
    const script = join(root, 'scripts/generate-docs.ts');
    expect(execFileSync(process.execPath, [script, '--check'], { encoding: 'utf8' })).toContain('up to date');
  });

  it('docs/events.md names every event', () => {
    const types = [
      ...`${text('src/core/event.ts')}${text('src/core/proof-event.ts')}${text('src/core/memory-event.ts')}`.matchAll(
        /^ {2}'([a-z]+\.[a-z_]+)':/gm,
      ),
    ].map(match => match[1] ?? '');
    expect(types.length).toBeGreaterThan(30);
    for (const type of types) expect(text('docs/events.md'), type).toContain(`\`${type}\``);
  });

  it('docs/dependencies.md has a line for every dependency', () => {
    const manifest = JSON.parse(text('package.json')) as Record<string, Record<string, string>>;
    const names = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'].flatMap(kind =>
      Object.keys(manifest[kind] ?? {}),
    );
    for (const name of names) expect(text('docs/dependencies.md'), name).toContain(name);
  });

  it('our own plan has no errors', () => {
    const errors = checkPlan(text('plans.md'), { exists: () => false, read: () => null }).filter(
      ({ level }) => level === 'error',
    );
    expect(errors).toEqual([]);
  });
});
