import type { Sqlite } from '../../km/sqlite.ts';

/** The entries of one session in the order in which they were said. */
export type Session = {
  readonly ids: readonly number[];
  readonly tokens: number;
  /** A stream of short turns, where what stands beside an entry says what it is about. */
  readonly isTalk: boolean;
};

/** Sessions that are looked at for one answer. */
export const MOST_SESSIONS = 60;
/** Turns of sessions that are read for one answer; the session in hand is read to its end. */
export const MOST_TURNS_READ = 3_000;
/** A longer session is about everything: it is no context. */
const MOST_TURNS = 1_000;
/** Tokens of a turn, on average, up to which a session is a talk; reports and logs stand for themselves. */
const TALK_TOKENS = 100;
const FEWEST_TURNS = 3;

/** Reads sessions of projects by an index that covers all it needs. */
export function readSessions(sqlite: Sqlite): (projectId: number, session: string) => Session | null {
  const statement = sqlite
    .prepare<[number, string], [number, number]>(
      `SELECT id, tokens FROM memories WHERE project_id = ? AND session = ? ORDER BY id LIMIT ${MOST_TURNS + 1}`,
    )
    .raw();
  return (projectId, session) => {
    const rows = statement.all(projectId, session);
    if (rows.length < FEWEST_TURNS || rows.length > MOST_TURNS) return null;
    const tokens = rows.reduce((sum, [, of]) => sum + of, 0);
    return { ids: rows.map(([id]) => id), tokens, isTalk: tokens / rows.length <= TALK_TOKENS };
  };
}
