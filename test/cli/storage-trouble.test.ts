import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { storageTrouble } from '../../src/cli/storage-trouble.ts';
import { runCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/repository.ts';

describe('trouble with the disk', () => {
  it('is told with a next step where the database file is damaged', () => {
    const root = temporaryFolder();
    const place = { cwd: root, home: join(root, 'home') };
    runCli(['project', 'add'], place);
    runCli(['task', 'add', 'One', '--description', 'x'.repeat(40_000)], place);
    const file = join(root, 'home', 'llmclis.db');
    const { size } = statSync(file);
    const descriptor = openSync(file, 'r+');
    // The header page stays, so that the file opens; all the others are rubbish.
    writeSync(descriptor, Buffer.alloc(size - 4096, 0x5a), 0, size - 4096, 4096);
    closeSync(descriptor);
    const listed = runCli(['task', 'list', '--json'], place);
    expect(listed.exit).toBe(4);
    expect(listed.json).toMatchObject([{ error: { code: 'database.unusable', hint: expect.any(String) } }]);
    expect(listed.err).not.toContain('    at ');
  });

  it.each(['SQLITE_FULL', 'SQLITE_READONLY_DBMOVED', 'SQLITE_IOERR_WRITE', 'SQLITE_CANTOPEN'])('knows %s', code => {
    const problem = Object.assign(new Error('from below'), { code });
    expect(storageTrouble(problem)).toMatchObject({ code: 'database.unusable', hint: expect.any(String) });
  });

  it('leaves mistakes of the program to be told as such', () => {
    expect(storageTrouble(new Error('x'))).toBeNull();
    expect(storageTrouble(Object.assign(new Error('x'), { code: 'SQLITE_CONSTRAINT' }))).toBeNull();
    expect(storageTrouble('x')).toBeNull();
  });
});
