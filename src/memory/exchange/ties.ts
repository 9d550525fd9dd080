import type { Keeper } from '../record/keeper.ts';
import { timeOf } from './imported-entry.ts';
import type { Portable } from './portable.ts';

export type Arrival = { readonly said: Portable; readonly id: number | null; readonly isNew: boolean };

/** When all entries of a file are here: their links, what replaced them, earlier texts and history, under the ids they have here. */
export function tieTogether(keeper: Keeper, arrivals: readonly Arrival[]): void {
  const here = new Map(arrivals.flatMap(({ said, id }) => (said.id === null || id === null ? [] : [[said.id, id]])));
  const { sqlite } = keeper;
  const addVersion = sqlite.prepare('INSERT INTO memory_versions (memory_id, replaced_at, text) VALUES (?, ?, ?)');
  const addHistory = sqlite.prepare(
    'INSERT INTO memory_history (memory_id, at, agent, action, because, other_id) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const when = (text: string): string => timeOf(text) ?? keeper.now();
  for (const { said, id, isNew } of arrivals) {
    if (id === null || !isNew) continue;
    for (const { kind, to } of said.links) {
      const other = here.get(to);
      if (other !== undefined) keeper.link(id, other, kind);
    }
    const winner = said.superseded_by === null ? undefined : here.get(said.superseded_by);
    if (winner !== undefined && said.status !== 'live') keeper.set(id, { superseded_by: winner });
    for (const { replaced_at, text } of said.versions) addVersion.run(id, when(replaced_at), keeper.keep(text));
    for (const { at, agent, action, because, other_id } of said.history) {
      const other = other_id === null ? null : (here.get(other_id) ?? null);
      addHistory.run(id, when(at), keeper.keep(agent), action, keeper.keep(because), other);
    }
  }
}
