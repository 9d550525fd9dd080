import { isoSeconds } from '../../core/clock.ts';
import { GLOBAL_PROJECT, type QueryScope } from '../memory.ts';

/** A query's scope with the time at which it is asked (ISO): what has stopped being true by then is not recalled. */
export type AskedScope = QueryScope & { readonly now: string | null };

/** True by now; a clock that was ahead when it was stored hides nothing. */
const HAS_BEGUN = '(m.valid_from <= @at OR m.valid_from <= m.created_at)';
/** What replaces it is only true later. */
const STILL_STANDS = `(m.valid_to IS NOT NULL AND m.valid_to > @at AND m.valid_from <= @at AND EXISTS (
  SELECT 1 FROM memories n WHERE n.id = m.superseded_by AND n.valid_from > @at AND n.valid_from > n.created_at))`;

/** Which entries an answer may hold, as SQL over `memories m` with the moment as `@at`. */
export function visibleSql({ asOf, all = false, now }: AskedScope): string {
  const kept = all ? "m.status <> 'forgotten'" : "m.status NOT IN ('forgotten', 'wrong')";
  const stillTrue = 'm.valid_to IS NULL OR m.valid_to > @at';
  if (asOf === undefined && now === null) return all ? kept : "m.status = 'live'";
  if (asOf === undefined)
    return all
      ? kept
      : `CASE m.status WHEN 'live' THEN ${HAS_BEGUN} AND (${stillTrue}) WHEN 'superseded' THEN ${STILL_STANDS} ELSE 0 END`;
  const known = `${kept} AND m.created_at <= @at`;
  return all ? known : `${known} AND m.valid_from <= @at AND (${stillTrue})`;
}

/** The moment in the form in which times are kept. */
export const momentOf = ({ asOf, now }: AskedScope): string =>
  asOf === undefined ? (now ?? '') : isoSeconds(new Date(asOf));

/** A project knows what is its own and what holds everywhere. */
export const projectsOf = ({ projectId }: Pick<QueryScope, 'projectId'>): readonly number[] =>
  projectId === GLOBAL_PROJECT ? [GLOBAL_PROJECT] : [projectId, GLOBAL_PROJECT];
