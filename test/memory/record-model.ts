import fc from 'fast-check';
import { isoSeconds } from '../../src/core/clock.ts';
import type { MemoryType, Trust } from '../../src/memory/memory.ts';
import { codeOf, must } from '../km/fixtures.ts';
import { makeRecord } from './record-fixtures.ts';

/** What the record must be, as plain objects in a list. */
type Kept = {
  readonly id: number;
  text: string;
  type: MemoryType;
  slot: string | null;
  status: string;
  trust: Trust;
  valid_from: string;
  valid_to: string | null;
  superseded_by: number | null;
  seen: number;
  pinned: boolean;
  versions: string[];
};

export type Operation =
  | {
      readonly kind: 'store';
      readonly text: string;
      readonly type: MemoryType;
      readonly agent: string;
      readonly slot: string | null;
      readonly supersedes: number | null;
      readonly day: number | null;
    }
  | { readonly kind: 'edit'; readonly id: number; readonly text: string; readonly agent: string }
  | { readonly kind: 'wrong' | 'restore' | 'pin' | 'unpin' | 'forget'; readonly id: number };

const TEXTS = [
  ...['db.port = 1', 'db.port = 2', 'db.port = 3', 'max_size: 10', 'max_size: 11'],
  ...['the port is open', 'slugs keep dots', 'slugs lose dots'],
];
const id = fc.integer({ min: 1, max: 6 });
const text = fc.constantFrom(...TEXTS);
const agent = fc.constantFrom('person', 'coder', 'tester');

export const operations: fc.Arbitrary<readonly Operation[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('store' as const),
        text,
        type: fc.constantFrom<MemoryType>('fact', 'decision', 'note', 'tool_result'),
        agent,
        slot: fc.option(fc.constantFrom('db.port', 'dots'), { freq: 3 }),
        supersedes: fc.option(id, { freq: 3 }),
        day: fc.option(fc.constantFrom(1, 10, 20), { freq: 2 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('edit' as const), id, text, agent }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          'wrong' as const,
          'restore' as const,
          'pin' as const,
          'unpin' as const,
          'forget' as const,
        ),
        id,
      }),
    },
  ),
  { minLength: 12, maxLength: 40, size: 'max' },
);

const rank = (trust: Trust): number => ['person', 'agent', 'tool'].indexOf(trust);
const better = (one: Trust, other: Trust): Trust => (rank(one) <= rank(other) ? one : other);
const worth = (type: MemoryType): number =>
  type === 'tool_result' || type === 'raw_interaction' ? 0 : ['decision', 'lesson', 'fact'].includes(type) ? 2 : 1;
const slotIn = (said: string, type: MemoryType): string | null =>
  type === 'fact' || type === 'decision' ? (/^([a-z]+[._][a-z]+)(?: =|:) \d+$/.exec(said)?.[1] ?? null) : null;

type Model = { readonly all: Kept[]; apply(operation: Operation, now: string): string };

/** Says `ok` or the code of the failure, like the record. */
function makeModel(): Model {
  const all: Kept[] = [];
  const at = (wanted: number): Kept | undefined => all.find(entry => entry.id === wanted);
  const known = (said: string): Kept | undefined =>
    all.find(entry => entry.text === said && ['live', 'wrong'].includes(entry.status));
  const holderOf = (slot: string | null): Kept | undefined =>
    slot === null ? undefined : all.find(entry => entry.slot === slot && entry.status === 'live');
  const end = (old: Kept, time: string, by: number): void => {
    old.status = 'superseded';
    old.valid_to = old.valid_to !== null && old.valid_to < time ? old.valid_to : time;
    old.superseded_by = by;
  };

  function store(said: Extract<Operation, { kind: 'store' }>, now: string): string {
    const target = said.supersedes === null ? undefined : at(said.supersedes);
    if (said.supersedes !== null && target === undefined) return 'input.not_found';
    if (target?.status === 'forgotten') return 'input.invalid';
    const winner =
      target?.status === 'superseded' && target.superseded_by !== null ? at(target.superseded_by) : undefined;
    if (winner !== undefined && winner.text !== said.text) return 'input.invalid';
    const same = known(said.text);
    if (same !== undefined) same.seen += 1;
    if (same?.status === 'wrong') return 'ok';
    const valid_from = said.day === null ? now : `2026-11-${String(said.day).padStart(2, '0')}T00:00:00Z`;
    const own: Trust = said.type === 'tool_result' ? 'tool' : said.agent === 'person' ? 'person' : 'agent';
    const trust = same === undefined ? own : better(own, same.trust);
    const aims = target !== undefined && target !== same && target.status === 'live';
    const replaces = aims && rank(trust) <= rank(target.trust);
    const wanted = same?.slot ?? said.slot ?? slotIn(said.text, said.type) ?? (replaces ? target.slot : null);
    const holder = holderOf(wanted);
    const rival = holder === same || holder === target ? undefined : holder;
    const isWeaker = rival !== undefined && rank(trust) > rank(rival.trust);
    const isOlder = rival !== undefined && !isWeaker && valid_from < rival.valid_from;
    const targetKeepsSlot = aims && !replaces && target.slot === wanted;
    const slot = isWeaker || targetKeepsSlot ? null : wanted;
    const number = same?.id ?? all.length + 1;
    if (replaces) end(target, valid_from, number);
    if (rival !== undefined && !isWeaker && !isOlder) end(rival, valid_from, number);
    if (same !== undefined) {
      const isHeard = rank(own) <= rank(same.trust);
      same.trust = trust;
      if (!isOlder) same.slot = slot;
      if (isHeard && worth(said.type) > worth(same.type)) same.type = said.type;
      if (isHeard && valid_from < same.valid_from) {
        same.valid_from = valid_from;
        for (const other of all)
          if (other !== same && other.status === 'superseded' && other.slot === same.slot && same.slot !== null)
            if (other.valid_to !== null && other.valid_to > valid_from) other.valid_to = valid_from;
      }
      return 'ok';
    }
    const entry: Kept = {
      ...{ id: number, text: said.text, type: said.type, slot, status: 'live', trust, valid_from, valid_to: null },
      ...{ superseded_by: null, seen: 1, pinned: false, versions: [] },
    };
    if (isOlder) {
      const chain = all.filter(other => other.slot === slot && ['live', 'superseded'].includes(other.status));
      const time = (one: Kept, other: Kept): number =>
        one.valid_from === other.valid_from ? one.id - other.id : one.valid_from < other.valid_from ? -1 : 1;
      const after = chain.filter(other => other.valid_from > valid_from).toSorted(time)[0];
      const before = chain
        .filter(other => other.status === 'superseded' && other.valid_from <= valid_from)
        .toSorted(time)
        .at(-1);
      if (after !== undefined) end(entry, after.valid_from, after.id);
      if (before !== undefined && (before.valid_to === null || before.valid_to > valid_from))
        before.valid_to = valid_from;
    }
    all.push(entry);
    return 'ok';
  }

  function edit(entry: Kept, said: string, by: string): string {
    if (said === entry.text) return 'ok';
    if (entry.status !== 'superseded' && known(said) !== undefined) return 'input.invalid';
    if (slotIn(entry.text, entry.type) === entry.slot) {
      const slot = slotIn(said, entry.type);
      const holder = entry.status === 'live' ? holderOf(slot) : undefined;
      if (holder !== undefined && holder !== entry) return 'input.invalid';
      entry.slot = slot;
    }
    entry.versions.push(entry.text);
    entry.text = said;
    entry.trust = by === 'person' ? 'person' : entry.trust === 'person' ? 'agent' : entry.trust;
    return 'ok';
  }

  function change(kind: 'wrong' | 'restore' | 'pin' | 'unpin', entry: Kept): string {
    const twin = all.find(
      other => other !== entry && other.text === entry.text && ['live', 'wrong'].includes(other.status),
    );
    switch (kind) {
      case 'pin':
        if (entry.status !== 'live') return 'input.invalid';
        entry.pinned = true;
        return 'ok';
      case 'unpin':
        entry.pinned = false;
        return 'ok';
      case 'wrong':
        if (entry.status === 'wrong') return 'ok';
        if (twin !== undefined) return 'input.invalid';
        entry.status = 'wrong';
        entry.pinned = false;
        return 'ok';
      case 'restore':
        if (entry.status === 'live') return 'ok';
        if (twin !== undefined || holderOf(entry.slot) !== undefined) return 'input.invalid';
        if (entry.status === 'superseded' || entry.superseded_by !== null) entry.valid_to = null;
        entry.status = 'live';
        entry.superseded_by = null;
        return 'ok';
    }
  }

  function apply(operation: Operation, now: string): string {
    if (operation.kind === 'store') return store(operation, now);
    const entry = at(operation.id);
    if (entry === undefined) return 'input.not_found';
    if (operation.kind === 'forget') {
      if (entry.status === 'forgotten') return 'ok';
      Object.assign(entry, { text: '', slot: null, status: 'forgotten', pinned: false, versions: [] });
      return 'ok';
    }
    if (entry.status === 'forgotten') return 'input.invalid';
    return operation.kind === 'edit' ? edit(entry, operation.text, operation.agent) : change(operation.kind, entry);
  }
  return { all, apply };
}

/** Says `ok` or the code of the failure. */
export function applyTo(
  { memory, record }: Pick<ReturnType<typeof makeRecord>, 'memory' | 'record'>,
  operation: Operation,
): string {
  switch (operation.kind) {
    case 'store': {
      const { slot, supersedes, day } = operation;
      const options = {
        ...(slot !== null && { slot }),
        ...(supersedes !== null && { supersedes }),
        ...(day !== null && { valid_from: `2026-11-${String(day).padStart(2, '0')}` }),
      };
      return codeOf(memory.storeMemory(operation.text, 1, null, operation.type, operation.agent, options));
    }
    case 'edit':
      return codeOf(record.edit({ ...operation, projectId: 1 }));
    case 'forget':
      return codeOf(record.forget({ ids: [operation.id], projectId: 1, agent: 'person' }));
    default:
      return codeOf(record.change(operation.kind, { ids: [operation.id], projectId: 1, agent: 'person' }));
  }
}

/** Runs a history on the record and on the model; the first difference is thrown. What recall shows at the end is live. */
export async function playHistory(history: readonly Operation[]): Promise<void> {
  const { sqlite, clock, memory, record } = makeRecord();
  const model = makeModel();
  for (const [place, operation] of history.entries()) {
    clock.forward(1);
    const [said, wanted] = [applyTo({ memory, record }, operation), model.apply(operation, isoSeconds(clock.now()))];
    const now = JSON.stringify(model.all.map(({ id: one }) => keptOf(must(record.show(one, 1)))));
    const then = JSON.stringify(model.all.map(keptOf));
    if (said !== wanted || now !== then)
      throw new Error(`Step ${place}, ${JSON.stringify(operation)}: ${said}\n${now}\nand not ${wanted}\n${then}`);
  }
  const live = new Set(model.all.filter(({ status }) => status === 'live').map(entry => entry.id));
  const hits = await memory.queryMemory('db port max size open slugs keep lose dots', { projectId: 1, topK: 100 });
  const shown = hits.map(hit => hit.id);
  if (shown.length !== live.size || shown.some(one => !live.has(one)))
    throw new Error(`Recall shows ${shown}, live are ${[...live]}.`);
  sqlite.close();
}

const keptOf = ({
  id: number,
  text: said,
  type,
  slot,
  status,
  trust,
  valid_from,
  ...entry
}: Omit<Kept, 'versions'> & {
  readonly versions: readonly (string | { readonly text: string })[];
}) => ({
  ...{ id: number, text: said, type, slot, status, trust, valid_from, valid_to: entry.valid_to },
  ...{ superseded_by: entry.superseded_by, seen: entry.seen, pinned: entry.pinned },
  versions: entry.versions.map(version => (typeof version === 'string' ? version : version.text)),
});
