import { fail, ok, type Result } from '../../core/failure.ts';
import type { Stored, StoreOptions, Trust } from '../memory.ts';
import { indexEntry, unindexEntry } from '../recall/full-text.ts';
import type { Entry } from './entry.ts';
import type { Changes, Keeper, NewEntry } from './keeper.ts';
import { standing, trustRank } from './slot.ts';
import { isMoreThan, widened } from './statement.ts';
import { earlier, endBefore, endEntry, neighboursOf, tellReplaced } from './supersede.ts';

type Ties = Pick<StoreOptions, 'supersedes' | 'links'> & {
  /** The project it was said in, also when it holds for all. */
  readonly home: number;
};

/** Stores what was said, or counts it where it is known; what it replaces is kept, and marked. In the open transaction. */
export function storeEntry(keeper: Keeper, said: NewEntry, ties: Ties): Result<Stored> {
  const target = findTarget(keeper, said, ties.supersedes);
  if (!target.ok) return target;
  const stray = (ties.links ?? []).find(({ to }) => !isReachable(keeper.entry(to), said.project_id));
  if (stray !== undefined) return noEntry(stray.to);
  const known = standingNow(keeper, said, keeper.sameText(said.project_id, said.text_sha256));
  const stored =
    known === undefined
      ? addEntry(keeper, ...withTwin(keeper, said, target.value, ties.home))
      : merge(keeper, known, said, target.value);
  for (const { to, kind } of ties.links ?? []) keeper.link(stored.id, to, kind);
  return ok(stored);
}

const isReachable = (entry: Entry | undefined, projectId: number): entry is Entry =>
  entry !== undefined && (entry.project_id === projectId || entry.scope === 'global' || projectId === 0);

const noEntry = (id: number): Result<never> =>
  fail('input.not_found', `The project remembers nothing under ${id}.`, 'See what it remembers: llmclis memory list');

function findTarget(keeper: Keeper, said: NewEntry, id: number | undefined): Result<Entry | null> {
  if (id === undefined) return ok(null);
  const found = keeper.entry(id);
  if (!isReachable(found, said.project_id)) return noEntry(id);
  const winner =
    found.status === 'superseded' && found.superseded_by !== null ? keeper.entry(found.superseded_by) : null;
  if (winner?.text_sha256 === said.text_sha256) return ok(found);
  if (winner)
    return fail(
      'input.invalid',
      `Entry ${id} was replaced by ${winner.id} already.`,
      `Look at that one: llmclis memory show ${winner.id}. Then name the one that is live: --supersedes ID`,
    );
  if (found.status !== 'forgotten') return ok(found);
  return fail('input.invalid', `Entry ${id} was forgotten.`, 'Store the text without --supersedes.');
}

/** What holds for all projects takes the place of the same text in the one it was said in. */
function withTwin(keeper: Keeper, said: NewEntry, target: Entry | null, home: number): [NewEntry, Entry | null] {
  const twin = said.project_id === home || target !== null ? undefined : keeper.sameText(home, said.text_sha256);
  if (twin?.status !== 'live') return [said, target];
  return [{ ...said, trust: bestTrust(said.trust, twin.trust) }, twin];
}

const bestTrust = (one: Trust, other: Trust): Trust => (trustRank(one) < trustRank(other) ? one : other);

/** What has stopped being true by itself is ended when its text or its slot is said again: it takes nobody's place. */
function standingNow(keeper: Keeper, { agent }: NewEntry, entry: Entry | undefined): Entry | undefined {
  if (entry?.status !== 'live' || entry.valid_to === null || entry.valid_to > keeper.now()) return entry;
  keeper.set(entry.id, { status: 'superseded', updated_at: keeper.now() });
  keeper.record(entry.id, 'superseded', { agent, because: 'it has stopped being true' });
  return undefined;
}

/** What a statement does to those that stand. */
type Verdict = {
  readonly slot: string | null;
  readonly replaces: readonly Entry[];
  readonly contradicts: readonly Entry[];
  /** It became true before the statement that stands. */
  readonly isOlder: boolean;
};

function judge(keeper: Keeper, said: NewEntry, target: Entry | null, self: number | null): Verdict {
  const isTarget = target !== null && target.id !== self && target.status === 'live';
  const isOurs = target?.project_id === said.project_id || said.scope === 'global';
  const canReplace = isTarget && isOurs && trustRank(said.trust) <= trustRank(target.trust);
  const slot = said.slot ?? (canReplace ? target.slot : null);
  const holder = slot === null ? undefined : standingNow(keeper, said, keeper.slotHolder(said.project_id, slot));
  const other = holder === undefined || holder.id === self || holder.id === target?.id ? null : holder;
  const found = other === null ? null : standing(said, other);
  const clash = found === 'contradicts' || (isTarget && !canReplace && target.slot === slot);
  return {
    slot: clash ? null : slot,
    replaces: [...(canReplace ? [target] : []), ...(found === 'replaces' && other !== null ? [other] : [])],
    contradicts: [
      ...(isTarget && !canReplace ? [target] : []),
      ...(found === 'contradicts' && other !== null ? [other] : []),
    ],
    isOlder: found === 'older',
  };
}

/** Adds a text that is not known here, under this id where one is given. */
export function addEntry(keeper: Keeper, said: NewEntry, target: Entry | null, id?: number): Stored {
  const verdict = judge(keeper, said, target, null);
  for (const old of verdict.replaces) endEntry(keeper, old, said.valid_from);
  const entry = { ...said, slot: verdict.slot };
  const place = verdict.isOlder ? neighboursOf(keeper, entry) : null;
  const after = place?.after;
  const added = keeper.insert(
    after === undefined
      ? entry
      : {
          ...entry,
          status: 'superseded',
          superseded_by: after.id,
          valid_to: earlier(entry.valid_to, after.valid_from),
        },
    id,
  );
  // That it was stored stands in the entry itself.
  if (verdict.contradicts.length > 0)
    keeper.record(added.id, 'stored', { agent: said.agent, because: contradicting(verdict) });
  if (after !== undefined) {
    keeper.link(after.id, added.id, 'supersedes');
    keeper.record(added.id, 'superseded', { agent: said.agent, because: 'became true earlier', other_id: after.id });
    const before = place?.before;
    if (before !== undefined && (before.valid_to ?? '~') > entry.valid_from)
      keeper.set(before.id, { valid_to: entry.valid_from });
  }
  return settle(keeper, added, verdict, said.agent, true);
}

/** The text is known: it counts, holds as far and is trusted as much as the best of its sayings, and may replace others now. */
function merge(keeper: Keeper, known: Entry, said: NewEntry, target: Entry | null): Stored {
  keeper.record(known.id, 'merged', {
    agent: said.agent,
    because: known.status === 'wrong' ? 'it is marked wrong' : '',
  });
  if (known.status === 'wrong') {
    keeper.set(known.id, { seen: known.seen + 1 });
    return { id: known.id, stored: false, status: 'wrong', superseded: [], contradicts: [] };
  }
  const trust = bestTrust(said.trust, known.trust);
  const merged = { ...known, trust, slot: known.slot ?? said.slot, valid_from: said.valid_from };
  const verdict = judge(keeper, merged, target, known.id);
  for (const old of verdict.replaces) endEntry(keeper, old, said.valid_from);
  const slot = verdict.isOlder ? known.slot : verdict.slot;
  const scope = known.project_id === said.project_id ? widened(known, said) : known.scope;
  const told = trustRank(said.trust) <= trustRank(known.trust) ? toldAgain(known, said) : {};
  const changes = {
    ...(trust !== known.trust && { trust }),
    ...(slot !== known.slot && { slot }),
    ...(scope !== known.scope && { scope }),
    ...told,
  };
  if (told.type !== undefined) unindexEntry(keeper.sqlite, known);
  keeper.set(known.id, { seen: known.seen + 1, ...changes });
  if (told.type !== undefined) indexEntry(keeper.sqlite, { ...known, type: told.type });
  if (told.valid_from !== undefined) endBefore(keeper, { ...known, ...changes });
  return settle(keeper, { ...known, ...changes }, verdict, said.agent, false);
}

/** What one who is trusted as much may tell of a known text: that it is a statement, since when it is true, and until when. */
function toldAgain(known: Entry, said: NewEntry): Pick<Changes, 'type' | 'valid_from' | 'valid_to' | 'status'> {
  return {
    ...(isMoreThan(said.type, known.type) && { type: said.type }),
    ...(said.valid_from < known.valid_from && { valid_from: said.valid_from }),
    ...(said.valid_to !== null && { valid_to: said.valid_to, status: said.status }),
  };
}

function settle(keeper: Keeper, { id, status }: Entry, verdict: Verdict, agent: string, stored: boolean): Stored {
  for (const old of verdict.replaces) tellReplaced(keeper, old.id, id, { agent });
  for (const other of verdict.contradicts) keeper.link(id, other.id, 'contradicts');
  return {
    id,
    stored,
    status,
    superseded: verdict.replaces.map(old => old.id),
    contradicts: verdict.contradicts.map(other => other.id),
  };
}

const contradicting = ({ contradicts }: Verdict): string =>
  `contradicts ${contradicts.map(({ id, trust }) => `${id}, which is trusted more (${trust})`).join(' and ')}`;
