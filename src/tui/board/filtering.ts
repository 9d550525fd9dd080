import type { Result } from '../../core/failure.ts';
import { reshown } from './folding.ts';
import { editLine, type LineEdit } from './line-editor.ts';
import { type BoardEffect, type BoardState, hasFilter, noFilter, rowAt, type Step, selectedRow } from './state.ts';

/** Looks for the tasks of the filter, where there is one. */
export const searchEffects = (state: BoardState): readonly BoardEffect[] =>
  hasFilter(state) ? [{ type: 'search', text: state.filter.text, typing: state.filter.typed }] : [];

export const filterOpened = (state: BoardState): BoardState => ({
  ...state,
  help_top: null,
  filter: { ...state.filter, editing: true, caret: state.filter.text.length },
});

/** The whole list again, the same task selected. */
export const filterCleared = (state: BoardState): BoardState =>
  reshown({ ...state, filter: noFilter }, selectedRow(state)?.id);

export function filterEdited(state: BoardState, edit: LineEdit): Step {
  const { filter } = state;
  const line = editLine(filter, edit);
  if (line.text === filter.text) return [{ ...state, filter: { ...filter, ...line } }];
  const typed = { ...state, filter: { ...filter, ...line, typed: true } };
  if (!hasFilter(typed)) return [reshown({ ...typed, filter: { ...noFilter, ...line, editing: true } })];
  return [typed, ...searchEffects(typed)];
}

/** Keeps the filter and gives the keys back to the board. */
export const filterKept = (state: BoardState): BoardState =>
  hasFilter(state) ? { ...state, filter: { ...state.filter, editing: false } } : filterCleared(state);

/** What the search found, unless the text has changed since; a bad filter leaves the last good list. */
export function searched(state: BoardState, text: string, found: Result<readonly number[]>): BoardState {
  const { filter } = state;
  if (text !== filter.text) return state;
  if (!found.ok) return { ...state, filter: { ...filter, problem: found.error } };
  const selected = selectedRow(state);
  const matches: ReadonlySet<number> = new Set(found.value);
  const isNew = filter.matched !== text;
  const folded = isNew ? noFilter.folded : filter.folded;
  const kept = reshown(
    { ...state, filter: { ...filter, matches, matched: text, problem: null, folded } },
    selected?.id,
  );
  if (!isNew || (selected !== null && matches.has(selected.id))) return kept;
  const first = kept.shown.findIndex((_, index) => matches.has(rowAt(kept, index)?.id ?? -1));
  return { ...kept, cursor: Math.max(0, first) };
}
