import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { layOutTen, runTen, tenOutcome } from './ten-tasks.ts';

const CHILD = join(import.meta.dirname, 'ten-child.ts');
export const KILL_KINDS = ['event', 'look', 'git-before', 'git-after'] as const;
export type KillKind = (typeof KILL_KINDS)[number];
/** Dies at the n-th event, look at the clock or git command since its process started. */
export type KillPoint = { readonly kind: KillKind; readonly place: number };

/** Was it killed? Throws when it failed on its own. */
const workAndDie = (folder: string, { kind, place }: KillPoint): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, folder, kind, String(place)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(true);
      else if (code === 0) resolve(false);
      else reject(new Error(`It ended with ${code ?? signal}: ${err}`));
    });
  });

/** The ten tasks worked without any trouble: what every other run must come to. */
export async function wholeTen(folder: string) {
  await layOutTen(folder);
  await runTen(folder);
  return tenOutcome(folder);
}

/**
 * Works on the ten tasks; one process after another is killed at its point, the next goes on, the last one is left in peace. How many
 * were killed, and what is not as without the kills.
 */
export async function tenWithKills(
  folder: string,
  points: readonly KillPoint[],
  whole: ReturnType<typeof tenOutcome>,
): Promise<{ readonly killed: number; readonly repeated: number; readonly problems: readonly string[] }> {
  await layOutTen(folder);
  let killed = 0;
  for (const point of points) {
    if (!(await workAndDie(folder, point))) break;
    killed += 1;
  }
  if (killed === points.length) await runTen(folder);
  const { outcome, called } = tenOutcome(folder);
  const names = Object.keys(whole.outcome) as (keyof typeof whole.outcome)[];
  const differing = names.filter(name => !isDeepStrictEqual(outcome[name], whole.outcome[name]));
  const repeated = called - whole.called;
  return {
    killed,
    repeated,
    problems: [
      ...differing.map(
        name => `${name}: ${JSON.stringify(outcome[name])} is not ${JSON.stringify(whole.outcome[name])}`,
      ),
      ...(repeated > killed ? [`${repeated} model calls were repeated in ${killed} crashes`] : []),
    ],
  };
}
