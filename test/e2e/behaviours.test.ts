import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { BEHAVIOURS, type Behaviour, type Played } from '../support/exercises/behaviours.ts';
import { exercisesIn, type Language } from '../support/exercises/exercises.ts';
import { playRound } from '../support/exercises/round.ts';
import { temporaryFolder } from '../support/repository.ts';

/** The first exercises of a language, each worked in one of the ways; `npm run soak -- behaviours` is all hundred. */
const played = (language: Language, ...ways: readonly (readonly [Behaviour, place: number])[]): readonly Played[] =>
  exercisesIn(language)
    .slice(0, ways.length)
    .map((exercise, index) => {
      const [behaviour, place] = ways[index] ?? ['honest', 0];
      return { exercise, behaviour, place };
    });

const JAVASCRIPT = played(
  'javascript',
  ['honest', 0],
  ['second try', 0],
  ['upper rung', 0],
  ['liar', 0],
  ['looper', 0],
  ['cheater', 1],
  ['cheater', 4],
);
const PYTHON = played(
  'python',
  ['malformed', 0],
  ['cut stream', 0],
  ['overflow', 0],
  ['cheater', 0],
  ['cheater', 3],
  ['cheater', 4],
);

const HAS_PYTEST = spawnSync('python3', ['-m', 'pytest', '--version']).status === 0;

describe('models that behave in nine ways, over HTTP', () => {
  const play = async (round: readonly Played[]): Promise<void> => {
    const outcomes = await playRound(temporaryFolder(), round, false);
    expect(outcomes.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
    expect(outcomes).toHaveLength(round.length);
  };

  it('end as done where the work is done, and nowhere else, in JavaScript', { timeout: 900_000 }, () =>
    play(JAVASCRIPT),
  );

  it.skipIf(!HAS_PYTEST)(
    `end so in Python too${HAS_PYTEST ? '' : ' (skipped: there is no pytest)'}`,
    { timeout: 900_000 },
    () => play(PYTHON),
  );

  it('are all tried', () => {
    const tried = new Set([...JAVASCRIPT, ...PYTHON].map(({ behaviour }) => behaviour));
    expect([...tried].toSorted()).toEqual([...BEHAVIOURS].toSorted());
  });
});
