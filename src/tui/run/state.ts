import type { RunEvent } from '../../core/event.ts';
import { storyLine } from '../../core/run-story.ts';
import { emptyRun, type RunView, updateRun } from '../../core/run-view.ts';
import { type Line, moodTone } from '../theme.tsx';

export type RunScreenState = {
  readonly view: RunView;
  /** Every line that stays in the scrollback, the title and the notes first. */
  readonly log: readonly Line[];
  readonly ended: boolean;
};
export type RunScreenEvent = { readonly type: 'happened'; readonly event: RunEvent } | { readonly type: 'ended' };

export const initialRunScreen = (title: string, notes: readonly string[]): RunScreenState => ({
  view: emptyRun,
  log: [{ text: title, tone: 'strong' }, ...notes.map((text): Line => ({ text, tone: 'dim' }))],
  ended: false,
});

export function updateRunScreen(state: RunScreenState, event: RunScreenEvent): readonly [RunScreenState] {
  if (event.type === 'ended') return [{ ...state, ended: true }];
  const view = updateRun(state.view, event.event);
  if (view === state.view) return [state];
  const line = storyLine(event.event);
  const log = line === null ? state.log : [...state.log, { text: line.text, tone: moodTone(line.mood) }];
  return [{ ...state, view, log }];
}
