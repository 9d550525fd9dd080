import { fail, ok, type Result } from '../../core/failure.ts';
import type { Trust } from '../memory.ts';
import { indexEntry, unindexEntry } from '../recall/full-text.ts';
import type { Entry } from './entry.ts';
import { findKept } from './find.ts';
import { allOrNothing, hashOf, type Keeper, tokensOf } from './keeper.ts';
import { slotOf } from './slot.ts';
import { PERSON } from './statement.ts';

export type EditWish = {
  readonly id: number;
  readonly text: string;
  readonly projectId: number;
  readonly agent: string;
};

export type Edited = { readonly entry: Entry; readonly changed: boolean };

/** Gives an entry another text. The old one is kept as a version. */
export const editEntry = (keeper: Keeper, wish: EditWish): Result<Edited> =>
  allOrNothing<Edited>(keeper.sqlite, () => {
    const found = findKept(keeper, wish.id, wish.projectId);
    if (!found.ok) return found;
    const old = found.value;
    const text = keeper.keep(wish.text).trim();
    if (text === '')
      return fail('input.invalid', 'The new text is empty.', `Take the entry away: llmclis memory forget ${old.id}`);
    if (text === old.text) return ok({ entry: old, changed: false });
    const hash = hashOf(text);
    const twin = old.status === 'superseded' ? undefined : keeper.sameText(old.project_id, hash);
    if (twin !== undefined)
      return fail(
        'input.invalid',
        `Entry ${twin.id} says that already.`,
        `Take this one away: llmclis memory forget ${old.id}`,
      );
    const slot = slotAfter(keeper, old, text);
    if (!slot.ok) return slot;
    const version = keeper.sqlite
      .prepare('INSERT INTO memory_versions (memory_id, replaced_at, text) VALUES (?, ?, ?)')
      .run(old.id, keeper.now(), old.text);
    unindexEntry(keeper.sqlite, old);
    keeper.set(old.id, {
      text,
      text_sha256: hash,
      tokens: tokensOf(text),
      slot: slot.value,
      trust: trustAfter(old.trust, wish.agent),
      updated_at: keeper.now(),
    });
    keeper.record(old.id, 'edited', { agent: keeper.keep(wish.agent), other_id: Number(version.lastInsertRowid) });
    const entry = keeper.entry(old.id);
    if (entry === undefined) throw new Error(`Memory ${old.id} is gone.`);
    indexEntry(keeper.sqlite, entry);
    return ok({ entry, changed: true });
  });

/** A slot that was read from the text follows the text; one that was given stays. */
function slotAfter(keeper: Keeper, old: Entry, text: string): Result<string | null> {
  if (slotOf(old.text, old.type) !== old.slot) return ok(old.slot);
  const slot = slotOf(text, old.type);
  const holder = slot === null || old.status !== 'live' ? undefined : keeper.slotHolder(old.project_id, slot);
  if (holder === undefined || holder.id === old.id) return ok(slot);
  return fail(
    'input.invalid',
    `Entry ${holder.id} states ${slot} already.`,
    `Edit that one: llmclis memory edit ${holder.id} TEXT`,
  );
}

/** The text is now that of who wrote it: an agent's hand in a person's text makes it an agent's. */
function trustAfter(trust: Trust, agent: string): Trust {
  if (agent === PERSON) return 'person';
  return trust === 'person' ? 'agent' : trust;
}
