import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, newId } from '../core/clock.ts';
import type { Sandbox } from '../core/workspace.ts';
import { killTree, MARK } from './processes.ts';
import { FILE_LIMITS, supervise, wrapperScript } from './supervise.ts';

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
      return supervise(
        {
          file: 'bash',
          args: ['-c', wrapperScript(FILE_LIMITS), 'bash', command.command],
          cwd: command.root,
          env: { ...COMMON_VARIABLES, PATH: options.path, HOME: home, TMPDIR: temporary, [MARK]: mark },
          extra: [],
          timeout_s: command.timeout_s,
          spill_file: command.spill_file,
        },
        {
          started: () => undefined,
          kill: async child => {
            if (child.pid !== undefined) await killTree(child.pid, mark);
          },
          neverRan: () => null,
        },
        options.clock,
        signal,
      );
    },
  };
}
