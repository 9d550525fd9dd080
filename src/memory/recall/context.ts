import type { Candidate } from './candidates.ts';
import { inverseFrequency } from './gather.ts';
import { MOST_SESSIONS, MOST_TURNS_READ, type Session } from './sessions.ts';
import { type Lexical, NOTHING } from './weighed.ts';

/** What the turns before and after give to a turn: one before, one after, two before, two after. */
const BESIDE = [
  [-1, 0.35],
  [1, 0.25],
  [-2, 0.2],
  [2, 0.1],
] as const;
/** A turn that asks gives more to the turn after it, which answers. */
const ANSWER = 0.3;
/** A turn with all its neighbours is compared with entries that stand for themselves. */
const TALK_SCALE = 1 / 1.4;
const SESSION_WEIGHT = { talk: 0.6, other: 0.2 };
const COVERAGE_WEIGHT = 0.5;
/** Turns on each side whose words count as being there too. */
const WINDOW = 2;

/** Adds to the entries' own scores what their sessions say; turns that have no word of the query may come in by their neighbours. */
export function addContext(
  scores: Map<number, Lexical>,
  entries: ReadonlyMap<number, Candidate>,
  weights: readonly number[],
  read: (projectId: number, session: string) => Session | null,
): void {
  const groups = groupsOf(scores, entries, read);
  const isAlone = new Set(groups.flatMap(({ ids, session }) => (session?.isTalk ? [] : ids)));
  const own = new Map([...scores].map(([id, { bm25, trigram }]) => [id, bm25 + trigram]));
  const best = Math.max(...own.values(), Number.MIN_VALUE);
  for (const [id, score] of scores) {
    // What is of a session that was not looked at counts as talk without neighbours.
    const scale = (entries.get(id)?.session ?? null) === null || isAlone.has(id) ? 1 : TALK_SCALE;
    score.bm25 *= scale / best;
    score.trigram *= scale / best;
    score.coverage = COVERAGE_WEIGHT * scale * covered(score.mask, weights);
  }
  for (const { session } of groups)
    if (session?.isTalk)
      smooth(session, { scores, entries, weights, own: id => ((own.get(id) ?? 0) * TALK_SCALE) / best });
  const sums = groupScores(groups, scores, weights);
  const most = Math.max(...sums, Number.MIN_VALUE);
  groups.forEach(({ ids, session }, index) => {
    const weight = session?.isTalk ? SESSION_WEIGHT.talk * TALK_SCALE : SESSION_WEIGHT.other;
    for (const id of session?.isTalk ? session.ids : ids) {
      const score = scores.get(id);
      if (score !== undefined) score.session = (weight * (sums[index] ?? 0)) / most;
    }
  });
}

type Group = { readonly ids: readonly number[]; readonly tokens: number; readonly session: Session | null };

/** The sessions and tasks of the entries, those with most of the query first, as many as are worth looking at. */
function groupsOf(
  scores: ReadonlyMap<number, Lexical>,
  entries: ReadonlyMap<number, Candidate>,
  read: (projectId: number, session: string) => Session | null,
): readonly Group[] {
  const byKey = new Map<string, { members: Candidate[]; power: number }>();
  for (const [id, { bm25, trigram }] of scores) {
    const entry = entries.get(id);
    const key = entry === undefined ? null : keyOf(entry);
    if (entry === undefined || key === null) continue;
    const group = byKey.get(key) ?? { members: [], power: 0 };
    group.members.push(entry);
    group.power += (bm25 + trigram) ** 2;
    byKey.set(key, group);
  }
  let turns = 0;
  return [...byKey.values()]
    .sort((a, b) => b.power - a.power)
    .slice(0, MOST_SESSIONS)
    .map(({ members }) => {
      const [first] = members;
      const isRead = first !== undefined && first.session !== null && turns < MOST_TURNS_READ;
      const session = isRead ? read(first.project_id, first.session ?? '') : null;
      turns += session?.ids.length ?? 0;
      const tokens = session?.tokens ?? members.reduce((sum, member) => sum + member.tokens, 0);
      return { ids: members.map(({ id }) => id), tokens, session };
    });
}

function keyOf({ project_id, session, task_id }: Candidate): string | null {
  if (session !== null) return `session ${project_id} ${session}`;
  return task_id === null ? null : `task ${task_id}`;
}

/** BM25 of the groups, each as one text: a word counts once for each entry that has it. */
function groupScores(
  groups: readonly Group[],
  scores: ReadonlyMap<number, Lexical>,
  weights: readonly number[],
): readonly number[] {
  const counts = groups.map(({ ids }) =>
    weights.map((_, bit) => ids.filter(id => ((scores.get(id)?.mask ?? 0) & (1 << bit)) !== 0).length),
  );
  const average = groups.reduce((sum, { tokens }) => sum + tokens, 0) / groups.length;
  const telling = weights.map((_, bit) =>
    inverseFrequency(counts.filter(of => (of[bit] ?? 0) > 0).length, groups.length),
  );
  return groups.map(({ tokens }, index) => {
    const flat = 1.2 * (0.25 + (0.75 * tokens) / average);
    return (counts[index] ?? []).reduce(
      (sum, count, bit) => sum + ((telling[bit] ?? 0) * count * 2.2) / (count + flat),
      0,
    );
  });
}

type Smoothing = {
  readonly scores: Map<number, Lexical>;
  readonly entries: ReadonlyMap<number, Candidate>;
  readonly weights: readonly number[];
  readonly own: (id: number) => number;
};

function smooth({ ids }: Session, { scores, entries, weights, own }: Smoothing): void {
  const before = ids.map(own);
  const masks = ids.map(id => scores.get(id)?.mask ?? 0);
  const asks = ids.map(id => entries.get(id)?.asks === true);
  ids.forEach((id, at) => {
    let neighbours = (asks[at - 1] === true ? ANSWER : 0) * (before[at - 1] ?? 0);
    for (const [step, share] of BESIDE) neighbours += share * (before[at + step] ?? 0);
    if (neighbours === 0 && !scores.has(id)) return;
    const score = scores.get(id) ?? { ...NOTHING };
    const around = masks.slice(Math.max(0, at - WINDOW), at + WINDOW + 1).reduce((sum, mask) => sum | mask, 0);
    score.neighbours = neighbours;
    score.coverage = COVERAGE_WEIGHT * TALK_SCALE * covered(around, weights);
    scores.set(id, score);
  });
}

/** How much of the query's words, each as telling as it is, are among these. */
function covered(mask: number, weights: readonly number[]): number {
  let sum = 0;
  let all = 0;
  weights.forEach((weight, bit) => {
    all += weight;
    if ((mask & (1 << bit)) !== 0) sum += weight;
  });
  return all === 0 ? 0 : sum / all;
}
