import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCore } from '../../src/app/core.ts';
import { needsSettings } from '../../src/app/settings-place.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'llmclis-settings-'));
  mkdirSync(join(folder, 'home'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function needed(env: Record<string, string> = {}): boolean {
  const counts = { pending: 0, 'in-progress': 0, done: 0, blocked: 0, cancelled: 0 };
  const project = { id: 1, name: 'textkit', root: folder, archived: false, counts };
  const shipped = join(import.meta.dirname, '../..');
  const home = { LLMCLIS_HOME: join(folder, 'home') };
  return needsSettings(openCore({ env: { ...home, ...env }, cwd: folder, version: '1.2.3', shipped }), project);
}

describe('settings are read', () => {
  it('not where nobody set anything', () => {
    expect([needed(), needed({ LLMCLIS_DEBUG: '1', LLMCLIS_PLANS: ' ' })]).toEqual([false, false]);
  });

  it('where a variable sets something', () => {
    expect([needed({ LLMCLIS_PLANS: 'todo.md' }), needed({ LLMCLIS_BUDGET_USD: 'x' })]).toEqual([true, true]);
  });

  it.each(['llmclis.yaml', 'home/config.yaml'])('where there is %s', path => {
    writeFileSync(join(folder, path), '');
    expect(needed()).toBe(true);
  });
});
