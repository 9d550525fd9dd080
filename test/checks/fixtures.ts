import { execFileSync, spawn } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCheck } from '../../src/checks/checks.ts';
import { readText } from '../../src/checks/files.ts';
import type { Check, CheckBench, CheckOutcome } from '../../src/core/check.ts';
import { fail, ok, type Result } from '../../src/core/failure.ts';
import type { CommandResult, FileChange } from '../../src/core/workspace.ts';
import { temporaryFolder, writeFiles } from '../support/repository.ts';

/** A command in the folder, with this test's rights; everything it started is dead when it ends. */
function runIn(root: string, command: string, timeout_s: number): Promise<Result<CommandResult>> {
  return new Promise(resolve => {
    const child = spawn('bash', ['-c', command], { cwd: root, detached: true });
    let [output, timed_out] = ['', false];
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    const kill = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended already.
      }
    };
    const timer = setTimeout(() => {
      timed_out = true;
      kill();
    }, timeout_s * 1000);
    child.on('exit', kill);
    child.on('close', exit => {
      clearTimeout(timer);
      resolve(ok({ exit, timed_out, output, bytes: output.length, file: null, ms: 1 }));
    });
  });
}

export type World = {
  /** Files as the work has them. */
  readonly files?: Readonly<Record<string, string>>;
  /** Files as they were before it; without it nothing was changed. */
  readonly before?: Readonly<Record<string, string>>;
};

/** What changed between two sets of files. */
function changesOf({ files = {}, before }: World): readonly FileChange[] {
  if (before === undefined) return [];
  const paths = [...new Set([...Object.keys(files), ...Object.keys(before)])].sort();
  return paths.flatMap((path): FileChange[] => {
    if (files[path] === before[path]) return [];
    if (before[path] === undefined) return [{ path, status: 'added' }];
    return [{ path, status: files[path] === undefined ? 'deleted' : 'modified' }];
  });
}

/** A bench over a real folder. */
export function benchOf(world: World, root = temporaryFolder()): CheckBench {
  writeFiles(root, world.files ?? {});
  return {
    root,
    async read(path) {
      const text = await readText(root, path);
      return text.ok ? ok({ text: text.value }) : fail('input.not_found', text.error, 'Name a file.');
    },
    list: async () => ok(Object.keys(world.files ?? {}).sort()),
    run: (command, { timeout_s, env = {} }) => {
      const exports = Object.entries(env).map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}';`);
      return runIn(root, [...exports, command].join(' '), timeout_s);
    },
    changes: changesOf(world),
    before: async path => world.before?.[path] ?? null,
    timeout_s: 20,
    // As the real one, it takes control characters out too.
    redact: text =>
      text.replaceAll('hunter2-hunter2', '[secret]').replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, ''),
  };
}

export function parsed(text: string): Check {
  const check = parseCheck(text);
  if (!check.ok) throw new Error(`${text}: ${check.error.message}`);
  return check.value;
}

export async function outcomeOf(text: string, bench: CheckBench): Promise<CheckOutcome> {
  const ran = await parsed(text).run(bench, AbortSignal.timeout(30_000));
  if (!ran.ok) throw new Error(ran.error.message);
  return ran.value;
}

/** Everything a check should not stumble over: links, pipes, binary, huge and deep files, and files that are not what they say. */
export function hostileFolder(): string {
  const root = join(temporaryFolder(), 'project');
  writeFiles(root, {
    'fine.txt': 'fine\n',
    'folder/inner.txt': 'inner\n',
    'big.txt': 'a'.repeat(5_000_000),
    'aaaa.txt': `${'a'.repeat(40)}b\n`,
    'broken.json': '{"a": ',
    'broken.yaml': 'a: [1,\nb: }',
    'deep.json': `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    'bomb.yaml':
      'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n',
    'slow.schema.json': JSON.stringify({ type: 'string', pattern: '^(a+)+$' }),
    'slow.json': JSON.stringify(`${'a'.repeat(40)}b`),
    'odd.schema.json': '{"if": {"type": "string"}, "then": {"minLength": 3}}',
  });
  writeFileSync(join(root, 'binary.bin'), Buffer.from([0, 1, 2, 255, 254]));
  writeFileSync(join(root, 'latin.txt'), Buffer.from([0x63, 0x61, 0x66, 0xe9]));
  symlinkSync('/etc/hostname', join(root, 'out'));
  symlinkSync('/etc', join(root, 'out-folder'));
  symlinkSync('loop', join(root, 'loop'));
  symlinkSync('nowhere', join(root, 'dangling'));
  execFileSync('mkfifo', [join(root, 'pipe')]);
  return root;
}
