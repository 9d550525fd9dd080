import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, newId } from '../../core/clock.ts';
import type { Sandbox } from '../../core/workspace.ts';
import { killTree, MARK } from './processes.ts';
import { supervise, wrapperScript } from './supervise.ts';

export type PlainOptions = {
  /** The PATH that commands get. */
  readonly path: string;
  /** A folder of ours: commands get their HOME and TMPDIR in it. */
  readonly temp: string;
  readonly clock: Clock;
};

/**
 * The variables every command gets beside PATH and HOME. Python must not write byte code: a `.pyc` is matched by whole seconds and
 * size, so that a quick second edit would run the first one's code; and caches would enter the work's tree.
 */
export const COMMON_VARIABLES = {
  LANG: 'C.UTF-8',
  PYTHONDONTWRITEBYTECODE: '1',
  GIT_OPTIONAL_LOCKS: '0',
  TERM: 'dumb',
} as const;

/** No core files; no file beyond 4 GiB (in blocks of 1024 bytes). */
const FILE_LIMITS = ['-c 0', '-f 4194304'];

/**
 * Bash that waits for the end of its input, which comes when our process ends, however it ends. Then it kills the command's group and
 * whatever carries its mark, until nothing is left.
 */
const WATCHER = `
read -r leader || exit 0
read -r _
for round in 1 2 3 4 5 6 7 8 9 10; do
  found=
  kill -9 -- "-$leader" 2>/dev/null && found=1
  for place in /proc/[0-9]*; do
    grep -qsazFx "$1" "$place/environ" 2>/dev/null || continue
    kill -9 "\${place#/proc/}" 2>/dev/null && found=1
  done
  [ -n "$found" ] || exit 0
  sleep 0.1
done`;

/** A process that outlives ours when ours is killed, and then ends what a command left. `done` sends it away. */
function startWatcher(path: string, mark: string) {
  const watcher = spawn('bash', ['-c', WATCHER, 'bash', `${MARK}=${mark}`], {
    cwd: '/',
    env: { PATH: path },
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without one the command runs all the same: whoever asked for no sandbox still wants their command.
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  watcher.unref();
  return {
    watch: (leader: number | undefined) => void watcher.stdin.write(`${leader ?? ''}\n`),
    done: () => void watcher.kill('SIGKILL'),
  };
}

/** Runs commands with the rights of this process, to be asked for by name. Time limits, output caps and killing work as elsewhere. */
export function plainSandbox(options: PlainOptions): Sandbox {
  return {
    name: 'none',
    note: 'Commands run without protection: they may read and change everything you may, and use the network.',
    async run(command, signal) {
      const mark = newId(options.clock);
      const home = join(options.temp, 'home');
      const temporary = join(options.temp, 'tmp');
      await mkdir(home, { recursive: true });
      await mkdir(temporary, { recursive: true });
      const watcher = startWatcher(options.path, mark);
      const ran = await supervise(
        {
          file: 'bash',
          args: ['-c', wrapperScript(FILE_LIMITS), 'bash', command.command],
          cwd: command.root,
          env: { ...COMMON_VARIABLES, PATH: options.path, HOME: home, TMPDIR: temporary, [MARK]: mark },
          extra: [],
          timeout_s: command.timeout_s,
          spill_file: command.spill_file,
          ...(command.redact === undefined ? {} : { redact: command.redact }),
        },
        {
          started: child => watcher.watch(child.pid),
          kill: async child => {
            if (child.pid !== undefined) await killTree(child.pid, mark);
          },
          neverRan: () => null,
        },
        options.clock,
        signal,
      );
      watcher.done();
      return ran;
    },
  };
}
