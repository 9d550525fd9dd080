import type { BoardState } from './state.ts';
import { foldedOf, selectedRow } from './state.ts';
import { indexOfPlace, placeOfTask, shownPlaces } from './tree.ts';

/** Works out anew which rows are shown; the selected one stays selected, or what it stands under when it is hidden now. */
export function reshown(state: BoardState, selected = selectedRow(state)?.id): BoardState {
  if (state.tree === null) return state;
  const shown = shownPlaces(state.tree, foldedOf(state), state.filter.matches);
  const place = selected === undefined ? -1 : placeOfTask(state.tree, selected);
  return { ...state, shown, cursor: place < 0 ? state.cursor : indexOfPlace(shown, place) };
}

const withFolded = (state: BoardState, folded: ReadonlySet<number>): BoardState =>
  reshown(
    state.filter.matches === null ? { ...state, folded } : { ...state, filter: { ...state.filter, folded } },
    selectedRow(state)?.id,
  );

function toggled(state: BoardState, id: number): BoardState {
  const folded = new Set(foldedOf(state));
  if (!folded.delete(id)) folded.add(id);
  return withFolded(state, folded);
}

/** Folds or unfolds the selected row; one with nothing under it stays as it is. */
export function foldToggled(state: BoardState): BoardState {
  const row = selectedRow(state);
  return row === null || row.below === 0 ? state : toggled(state, row.id);
}

/** Folds the selected row; where that cannot be, goes up to what it stands under. */
export function foldPressed(state: BoardState): BoardState {
  const row = selectedRow(state);
  if (row === null) return state;
  if (row.below > 0 && !foldedOf(state).has(row.id)) return toggled(state, row.id);
  return row.parent < 0 ? state : { ...state, cursor: indexOfPlace(state.shown, row.parent) };
}

/** Unfolds the selected row; when it is open, goes to the first one under it. */
export function unfoldPressed(state: BoardState): BoardState {
  const row = selectedRow(state);
  if (row === null || row.below === 0) return state;
  return foldedOf(state).has(row.id) ? toggled(state, row.id) : { ...state, cursor: state.cursor + 1 };
}

/** Folds everything, or unfolds it when something is folded. */
export function allFolded(state: BoardState): BoardState {
  if (foldedOf(state).size > 0 || state.tree === null) return withFolded(state, new Set());
  return withFolded(state, new Set(state.tree.rows.filter(row => row.below > 0).map(row => row.id)));
}
