import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { TEN } from '../support/repositories/all.ts';
import { noTests } from '../support/repositories/git.ts';
import { hasProgram } from '../support/repositories/kinds.ts';
import { baseVerdict, wrongWith } from '../support/repositories/verdict.ts';
import { temporaryFolder } from '../support/repository.ts';
import { finish, reply, write } from '../support/run.ts';

const no_sandbox = !existsSync('/usr/bin/bwrap');
/** In a fresh HOME the standard library is compiled first: `npm run soak -- repositories` has it and the other kinds. */
const SLOW = ['go test'];

describe('kinds of repositories reach a verdict on their base without any setting', () => {
  // One home for all, as people have it: the sandbox is tried once.
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'llmclis-home-')));
  afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 3 }));

  for (const kind of TEN.filter(({ name }) => !SLOW.includes(name))) {
    const lacking = kind.needs.filter(name => !hasProgram(name));
    it.skipIf(lacking.length > 0)(lacking.length > 0 ? `${kind.name} (needs ${lacking})` : kind.name, async () => {
      const seen = await baseVerdict(kind, temporaryFolder(), { no_sandbox, home });
      expect(wrongWith(kind, seen)).toBeNull();
    });
  }

  it('work in a repository without any test is kept, unproven', async () => {
    const script = [
      reply('T1', 1, 1, finish('Count words.')),
      reply('T1', 2, 1, write('count.txt', 'three\n')),
      reply('T1', 2, 2, finish()),
    ];
    const seen = await baseVerdict(noTests, temporaryFolder(), { no_sandbox, home, script });
    expect(seen).toMatchObject({ turn: 'manager', blocked: 'unproven', exit: 3 });
  });
});
