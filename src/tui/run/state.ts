import type { EventOf, RunEvent } from '../../core/event.ts';
import { storyLine } from '../../core/run-story.ts';
import { emptyRun, type RunView, updateRun } from '../../core/run-view.ts';
import { oneLine, sentence } from '../../core/sentence.ts';
import { type Line, moodTone } from '../theme.tsx';

export type RunScreenState = {
  readonly view: RunView;
  /** Every line that stays in the scrollback, the title and the notes first. */
  readonly log: readonly Line[];
  readonly ended: boolean;
  /** The end in a sentence, and the next command; shown below the table of results. */
  readonly last: readonly Line[];
};
export type RunScreenEvent = { readonly type: 'happened'; readonly event: RunEvent } | { readonly type: 'ended' };

export const initialRunScreen = (title: string, notes: readonly string[]): RunScreenState => ({
  view: emptyRun,
  log: [{ text: title, tone: 'strong' }, ...notes.map((text): Line => ({ text, tone: 'dim' }))],
  ended: false,
  last: [],
});

const lastLines = (event: EventOf<'run.finished'>): readonly Line[] => [
  { text: sentence(event) ?? '', tone: 'strong' },
  ...(event.next === '' ? [] : [{ text: `next: ${oneLine(event.next, 400)}`, tone: 'plain' } as const]),
];

export function updateRunScreen(state: RunScreenState, event: RunScreenEvent): readonly [RunScreenState] {
  if (event.type === 'ended') return [{ ...state, ended: true }];
  const view = updateRun(state.view, event.event);
  if (view === state.view) return [state];
  const line = storyLine(event.event);
  if (event.event.type === 'run.finished') return [{ ...state, view, last: lastLines(event.event) }];
  if (line === null) return [{ ...state, view }];
  const space: readonly Line[] = event.event.type === 'task.claimed' ? [{ text: '', tone: 'plain' }] : [];
  const log = [...state.log, ...space, { text: line.text, tone: moodTone(line.mood) }];
  return [{ ...state, view, log }];
}
