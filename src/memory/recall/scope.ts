import { isoSeconds } from '../../core/clock.ts';
import { GLOBAL_PROJECT, type QueryScope } from '../memory.ts';

/** A query's scope with the time at which it is asked (ISO): what has stopped being true by then is not recalled. */
export type AskedScope = QueryScope & { readonly now: string | null };

/** Which entries an answer may hold, as SQL over `memories m` with the moment as `@at`. */
export function visibleSql({ asOf, all = false, now }: AskedScope): string {
  const kept = all ? "m.status <> 'forgotten'" : "m.status NOT IN ('forgotten', 'wrong')";
  const stillTrue = 'm.valid_to IS NULL OR m.valid_to > @at';
  if (asOf === undefined) return all ? kept : `m.status = 'live'${now === null ? '' : ` AND (${stillTrue})`}`;
  const known = `${kept} AND m.created_at <= @at`;
  return all ? known : `${known} AND m.valid_from <= @at AND (${stillTrue})`;
}

/** The moment in the form in which times are kept. */
export const momentOf = ({ asOf, now }: AskedScope): string =>
  asOf === undefined ? (now ?? '') : isoSeconds(new Date(asOf));

/** A project knows what is its own and what holds everywhere. */
export const projectsOf = ({ projectId }: Pick<QueryScope, 'projectId'>): readonly number[] =>
  projectId === GLOBAL_PROJECT ? [GLOBAL_PROJECT] : [projectId, GLOBAL_PROJECT];
