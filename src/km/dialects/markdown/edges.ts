import type { Draft } from './draft.ts';
import type { Found, References } from './refs.ts';

/** A name of a task that is not in the text, and where it stands. */
export type MissingName = {
  readonly draft: Draft;
  readonly name: string;
  readonly token: string;
  readonly line: number;
  /** Whether a task that is found later has to be done before this one. */
  readonly waits: boolean;
};
export type Told = { readonly line: number; readonly text: string };
export type Edges = {
  readonly needed: ReadonlyMap<Draft, ReadonlySet<Draft>>;
  readonly missing: readonly MissingName[];
  readonly refused: readonly Told[];
};

/** `All previous` names each task above where they are no more than this, else those that nothing above follows. */
const MOST_NAMED = 200;
/** No plan that people wrote has more; what goes beyond is named and left out. */
const MOST_EDGES = 500_000;

/** What each draft waits for, by all that its fields say. */
export function edgesOf(
  drafts: readonly Draft[],
  children: ReadonlyMap<Draft, readonly Draft[]>,
  { find }: References,
): Edges {
  const needed = new Map<Draft, Set<Draft>>(drafts.map(draft => [draft, new Set()]));
  const missing: MissingName[] = [];
  const refused: Told[] = [];
  const lines = new Map<Draft, Map<Draft, number>>();
  let count = 0;
  const add = (from: Draft, on: Draft, line: number) => {
    const known = needed.get(from);
    if (known === undefined || from === on || known.has(on) || isAbove(on, from) || isAbove(from, on)) return;
    known.add(on);
    count += 1;
    const own = lines.get(from) ?? new Map<Draft, number>();
    lines.set(from, own.set(on, line));
  };
  const fits = (names: number, line: number): boolean => {
    if (count + names <= MOST_EDGES) return true;
    refused.push({ line, text: `${names} more dependencies are too many; none of them was taken` });
    return false;
  };
  const above: { draft: Draft; found: Found; line: number }[] = [];
  for (const draft of drafts) {
    const look = (text: string, line: number, waits: boolean): Found => {
      const found = find(text, draft);
      missing.push(...found.missing.map(name => ({ ...name, draft, line, waits })));
      return found;
    };
    for (const { text, line } of draft.needs) {
      const found = look(text, line, true);
      if (found.previous) above.push({ draft, found, line });
      else if (fits(found.tasks.length, line)) for (const on of found.tasks) add(draft, on, line);
    }
    for (const { text, line } of draft.blocks) {
      const { tasks } = look(text, line, false);
      if (fits(tasks.length, line)) for (const from of tasks) add(from, draft, line);
    }
    for (const { text, line } of draft.similar) look(text, line, false);
  }
  if (above.length > 0) addAbove(drafts, above, needed, fits, add);
  refused.push(...dropCycles(drafts, needed, children, lines));
  return { needed, missing: onceEach(missing), refused };
}

/** Goes through the tasks in their order and keeps the ones that none above waits for: they stand for all of them. */
function addAbove(
  drafts: readonly Draft[],
  above: readonly { readonly draft: Draft; readonly found: Found; readonly line: number }[],
  needed: ReadonlyMap<Draft, ReadonlySet<Draft>>,
  fits: (names: number, line: number) => boolean,
  add: (from: Draft, on: Draft, line: number) => void,
): void {
  const asked = new Map(above.map(one => [one.draft, one]));
  const before: Draft[] = [];
  const last = new Set<Draft>();
  for (const draft of drafts) {
    if (draft.kind !== 'task') continue;
    const one = asked.get(draft);
    if (one !== undefined) {
      const named = before.length > MOST_NAMED ? [...last] : before;
      const left = one.found.except.length === 0 ? named : named.filter(on => !one.found.except.includes(on));
      if (fits(left.length, one.line)) for (const on of left) add(draft, on, one.line);
    }
    for (const on of needed.get(draft) ?? []) last.delete(on);
    last.add(draft);
    before.push(draft);
  }
}

function onceEach(missing: readonly MissingName[]): readonly MissingName[] {
  const seen = new Set<string>();
  return missing.filter(({ line, name }) => {
    const id = `${line} ${name}`;
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

function isAbove(above: Draft, draft: Draft): boolean {
  for (let at = draft.parent; at !== null; at = at.parent) if (at === above) return true;
  return false;
}

/** How people call a task. */
const called = ({ key, title }: Draft): string =>
  key === null ? `“${title.slice(0, 60)}”` : /^T?\d/.test(key) ? `Task ${key.replace('T', '')}` : key;

/** Takes out dependencies that would wait for themselves, a parent waiting for its children; says at which lines. */
function dropCycles(
  drafts: readonly Draft[],
  needed: ReadonlyMap<Draft, Set<Draft>>,
  children: ReadonlyMap<Draft, readonly Draft[]>,
  lines: ReadonlyMap<Draft, ReadonlyMap<Draft, number>>,
): readonly Told[] {
  const place = new Map(drafts.map((draft, index) => [draft, index]));
  const later: [Draft, Draft][] = [];
  // What waits only for earlier items cannot wait for itself.
  for (const [draft, on] of needed)
    for (const other of on) if ((place.get(other) ?? 0) > (place.get(draft) ?? 0)) later.push([draft, other]);
  for (const [draft, other] of later) needed.get(draft)?.delete(other);
  const refused: Told[] = [];
  for (const [draft, other] of later) {
    if (!reaches(other, draft, needed, children)) {
      needed.get(draft)?.add(other);
      continue;
    }
    const text = `${called(draft)} cannot wait for ${called(other)}, which waits for it`;
    refused.push({ line: lines.get(draft)?.get(other) ?? draft.line, text });
    draft.rest.notes = [...(draft.rest.notes ?? []), { at: null, agent: null, text: `Left out: ${text}.` }];
  }
  return refused;
}

/** Whether a draft waits for another one, over dependencies and children. */
function reaches(
  from: Draft,
  to: Draft,
  needed: ReadonlyMap<Draft, ReadonlySet<Draft>>,
  children: ReadonlyMap<Draft, readonly Draft[]>,
): boolean {
  const seen = new Set<Draft>([from]);
  const next = [from];
  for (let at = next.pop(); at !== undefined; at = next.pop()) {
    for (const on of [...(needed.get(at) ?? []), ...(children.get(at) ?? [])]) {
      if (on === to) return true;
      if (seen.has(on)) continue;
      seen.add(on);
      next.push(on);
    }
  }
  return false;
}
