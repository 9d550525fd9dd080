import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/app.ts';
import { bubblewrapSandbox } from '../../src/workspace/sandbox/bubblewrap.ts';
import { selfTest } from '../../src/workspace/sandbox/self-test.ts';
import { failureOf, value, writeFiles } from '../workspace/helpers.ts';
import { bwrapIsHere, folders, plainOptions } from '../workspace/sandboxes.ts';

/** A bubblewrap that takes two words of its options that fit the pattern for others. */
function weak(top: string, pattern: string, instead = ''): string {
  const script = [
    '#!/bin/bash',
    'args=()',
    'while [ $# -gt 0 ]; do',
    `  case "$1 $2" in ${pattern}) args+=(${instead}); shift 2 ;; *) args+=("$1"); shift ;; esac`,
    'done',
    `exec /usr/bin/bwrap "\${args[@]}"`,
  ];
  writeFiles(join(top, 'bin'), { bwrap: `${script.join('\n')}\n` });
  chmodSync(join(top, 'bin/bwrap'), 0o755);
  return `${join(top, 'bin')}:${process.env.PATH}`;
}

describe.skipIf(!bwrapIsHere)('the self-test at the start (needs bwrap)', () => {
  it('remembers that it held, and runs again when something changes that it depends on', async () => {
    const { top } = folders();
    const file = join(top, 'sandbox.json');
    const options = { ...plainOptions(top), clock: systemClock };
    value(await selfTest(options, { file, version: '1' }));
    const first = readFileSync(file, 'utf8');
    expect(JSON.parse(first)).toHaveLength(1);
    value(await selfTest(options, { file, version: '1' }));
    expect(readFileSync(file, 'utf8')).toBe(first);
    const others = { ...options, limits: { ...options.limits, processes: 4000 } };
    value(await selfTest(others, { file, version: '1' }));
    expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveLength(2);
  });

  it('fails closed when an attack gets through, names it, and remembers nothing', async () => {
    const { top } = folders();
    const file = join(top, 'sandbox.json');
    const temp = join(top, 'temp');
    // The quick look finds nothing wrong with it: only the probes see what lies beside the worktree.
    const path = weak(top, '"--tmpfs "*/scene-*|"--remount-ro "*/scene-*');
    const options = { ...plainOptions(top), clock: systemClock, path, temp };
    value(await bubblewrapSandbox(options));
    const failed = failureOf(await selfTest(options, { file, version: '1' }));
    expect(failed.message).toContain('write-outside (writes a file beside the worktree)');
    expect(failed.code).toBe('sandbox.denied');
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    ['leaves the network', '"--unshare-all --unshare-user"', '--unshare-all --unshare-user --share-net', /network/],
    ['sets no system-call filter', '"--seccomp 3"', '', /system-calls/],
  ])('no sandbox is made by a bubblewrap that %s', async (_, pattern, instead, says) => {
    const { top } = folders();
    const made = await bubblewrapSandbox({
      ...plainOptions(top),
      clock: systemClock,
      path: weak(top, pattern, instead),
    });
    expect(failureOf(made)).toMatchObject({ code: 'sandbox.denied', message: expect.stringMatching(says) });
  });
});
