import { ok, type Result } from '../../core/failure.ts';
import type { Embedder } from './embedder.ts';
import { cosine, pearson } from './signal.ts';

/** Questions and what answers them; some share words, some only their meaning. */
const PAIRS = [
  ['On which port does the database listen?', 'The database listens on port 5433.'],
  ['How are passwords stored?', 'Passwords are stored as salted hashes.'],
  ['When does the nightly backup run?', 'The backup runs at two in the morning.'],
  ['Which licence has the project?', 'The project has the MIT licence.'],
  ['Who reviews changes of the parser?', 'Anna reviews all changes of the parser.'],
  ['Why did the build fail?', 'The build failed because a header was missing.'],
  ['Where do we bake bread?', 'The oven for loaves stands in the kitchen.'],
  ['What is the weather like?', 'It rains and a storm is coming.'],
  ['Does she have any pets?', 'Her dog and her two cats sleep on the sofa.'],
  ['How do I get to the airport?', 'Take the train to the terminal, flights leave from there.'],
  ['Is he ill?', 'The doctor says that he has a fever.'],
  ['What did the team win?', 'They got the football trophy in the final match.'],
] as const;

/** Vectors that mean nothing reach 0.25 by chance. */
const LEAST = 0.4;

/**
 * What a model shows on known sentences, for projects too small to measure it themselves: the correlation of its cosines with what
 * belongs together, 0 where that may be chance.
 */
export async function knownSignal(embedder: Embedder, signal: AbortSignal): Promise<Result<number>> {
  const questions = await embedder.embed(
    PAIRS.map(([question]) => question),
    'query',
    signal,
  );
  if (!questions.ok) return questions;
  const answers = await embedder.embed(
    PAIRS.map(([, answer]) => answer),
    'text',
    signal,
  );
  if (!answers.ok) return answers;
  const compared = questions.value.flatMap((question, at) =>
    answers.value.map((answer, place) => [Number(at === place), cosine(question, answer)] as const),
  );
  const found = pearson(compared) ?? 0;
  return ok(found >= LEAST ? found : 0);
}
