import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runtimeSandbox } from '../../src/workspace/sandbox/runtime.ts';
import { failureOf, value, writeFiles } from '../workspace/helpers.ts';
import { folders, LEFTOVERS, plainOptions, runIn, sleepersIn } from '../workspace/sandboxes.ts';

/** A folder in which somebody ran `npm install @anthropic-ai/sandbox-runtime` (it also needs socat and ripgrep on Linux). */
const INSTALLED = process.env.LLMCLIS_SANDBOX_RUNTIME ?? '';
const isInstalled = existsSync(join(INSTALLED, 'node_modules/@anthropic-ai/sandbox-runtime/package.json'));

describe('the sandbox of macOS', () => {
  it('is missed with the command that installs it', async () => {
    const { top } = folders();
    const missing = failureOf(await runtimeSandbox({ ...plainOptions(top), from: top }));
    expect(missing).toMatchObject({ code: 'sandbox.missing', hint: 'npm install -g @anthropic-ai/sandbox-runtime' });
    expect(missing.message).toContain('was not found');
  });

  it('is refused in a version that has other methods', async () => {
    const { top } = folders();
    writeFiles(top, {
      'node_modules/@anthropic-ai/sandbox-runtime/dist/index.js': 'export const SandboxManager = { wrap() {} };\n',
      'node_modules/@anthropic-ai/sandbox-runtime/package.json': '{"type":"module"}',
    });
    const other = failureOf(await runtimeSandbox({ ...plainOptions(top), from: top }));
    expect(other.message).toContain('a version that llmclis does not know');
  });
});

describe.skipIf(!isInstalled)('the package itself (needs LLMCLIS_SANDBOX_RUNTIME)', () => {
  it('lets a command write its worktree and temporary files, and shows no home, no variable and no network', async () => {
    const made = folders();
    writeFiles(made.top, { 'home/.netrc': 'canary', 'data/llmclis.db': 'canary', 'root/.git': 'gitdir: x\n' });
    process.env.LLMCLIS_TEST_CANARY = 'canary';
    const options = { ...plainOptions(made.top), home: made.home, hidden: [join(made.top, 'data')], from: INSTALLED };
    const sandbox = value(await runtimeSandbox(options));
    delete process.env.LLMCLIS_TEST_CANARY;
    const run = runIn({ ...made, sandbox }, [join(made.root, '.git')]);
    const said = value(
      await run(
        `echo x > inside && cat inside; f=$(mktemp) && echo y > "$f" && cat "$f"; cat ${made.home}/.netrc ${made.top}/data/llmclis.db; env | grep canary; echo z > .git; echo w > ${made.top}/beside; node -e 'fetch("http://1.1.1.1").catch(()=>console.log("offline"))'; exit 3`,
      ),
    );
    expect(said.exit).toBe(3);
    expect(said.output).toMatch(/^x\ny\n/);
    expect(said.output).toContain('offline');
    expect(said.output).not.toContain('canary\n');
    expect(existsSync(join(made.top, 'beside'))).toBe(false);
    expect(value(await run('cat .git')).output).toContain('gitdir: x');
  });

  it('leaves no process behind at a time-out', async () => {
    const made = folders();
    const sandbox = value(await runtimeSandbox({ ...plainOptions(made.top), from: INSTALLED }));
    const ran = value(await runIn({ ...made, sandbox })(`${LEFTOVERS}; sleep 300`, 2));
    expect(ran.timed_out).toBe(true);
    expect(sleepersIn(made.root)).toEqual([]);
  });
});
