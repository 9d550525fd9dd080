import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BEHAVIOURS, type Played } from '../support/exercises/behaviours.ts';
import { exercisesIn, LANGUAGES } from '../support/exercises/exercises.ts';
import { playRound } from '../support/exercises/round.ts';

/**
 * A hundred tasks, fifty functions each in JavaScript and Python, worked by scripted models over HTTP that behave in nine ways.
 * `npm run soak -- behaviours [--no-sandbox]`
 */
const TASKS_IN_A_REPOSITORY = 10;
const sandboxed = !process.argv.includes('--no-sandbox');
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const counts = new Map<string, { tasks: number; done: number; wrong: number }>();
for (const [shift, language] of LANGUAGES.entries()) {
  const all: readonly Played[] = exercisesIn(language).map((exercise, place) => ({
    exercise,
    place: Math.floor((place + shift * 4) / BEHAVIOURS.length),
    behaviour: BEHAVIOURS[(place + shift * 4) % BEHAVIOURS.length] ?? 'honest',
  }));
  for (let first = 0; first < all.length; first += TASKS_IN_A_REPOSITORY) {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'llmclis-behaviours-')));
    const outcomes = await playRound(folder, all.slice(first, first + TASKS_IN_A_REPOSITORY), sandboxed);
    rmSync(folder, { recursive: true, force: true });
    for (const { key, behaviour, status, reason, tries, wrong } of outcomes) {
      const row = counts.get(behaviour) ?? { tasks: 0, done: 0, wrong: 0 };
      const isDone = status === 'done' ? 1 : 0;
      counts.set(behaviour, {
        tasks: row.tasks + 1,
        done: row.done + isDone,
        wrong: row.wrong + (wrong.length > 0 ? 1 : 0),
      });
      const verdict = wrong.length === 0 ? 'ok' : `FAILED: ${wrong.join('; ')}`;
      say(
        `${key.padEnd(4)} ${behaviour.padEnd(11)} ${status}${reason === null ? '' : ` (${reason})`} after ${tries}: ${verdict}`,
      );
    }
  }
}
say('');
for (const behaviour of BEHAVIOURS) {
  const { tasks, done, wrong } = counts.get(behaviour) ?? { tasks: 0, done: 0, wrong: 0 };
  say(`${behaviour.padEnd(11)} ${done} of ${tasks} done${wrong === 0 ? '' : `, ${wrong} not as it must be`}`);
}
const failed = [...counts.values()].reduce((sum, { wrong }) => sum + wrong, 0);
const total = [...counts.values()].reduce((sum, { tasks }) => sum + tasks, 0);
say(`${total - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
