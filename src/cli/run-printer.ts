import type { RunEvent } from '../core/event.ts';
import { type StoryLine, storyLine } from '../core/run-story.ts';
import {
  costLine,
  NARROW_RUN_COLUMNS,
  narrowRunTable,
  RUN_COLUMNS,
  runTable,
  WIDE_RUN_TABLE,
} from '../core/run-table.ts';
import { emptyRun, type RunView, updateTeam } from '../core/run-view.ts';
import { oneLine } from '../core/sentence.ts';
import type { Output, Style } from './output.ts';
import { formatTable } from './table.ts';

const MOODS: Readonly<Record<StoryLine['mood'], Style | null>> = {
  title: 'bold',
  good: 'green',
  bad: 'red',
  attention: 'yellow',
  quiet: 'dim',
  plain: null,
};

/** Prints a run as it happens; with `--json` each event as one line and nothing else. */
export type RunPrinter = {
  event(event: RunEvent): void;
  /** The table of the tasks, the cost beside the estimate for all in the cloud; nothing when no event came. */
  table(): void;
  view(): RunView;
};

const LEFT_COLUMNS: readonly string[] = ['task', 'models', 'proof'];

/** Longest texts of a cell: in a table of its full width, and in a narrow terminal, where it still fits into 80 columns. */
const CELL = 60;
const NARROW_CELL = 32;

/** The run's tasks as an aligned table, the total last. */
export function runTableLines(view: RunView, columns: number): string[] {
  const isNarrow = columns < WIDE_RUN_TABLE;
  const titles = isNarrow ? NARROW_RUN_COLUMNS : RUN_COLUMNS;
  const rows = isNarrow ? narrowRunTable(view) : runTable(view);
  return formatTable(
    titles.map(title => ({ title, align: LEFT_COLUMNS.includes(title) ? 'left' : 'right' })),
    rows.map(row => row.map(cell => oneLine(cell, isNarrow ? NARROW_CELL : CELL))),
  );
}

/** `columns`: how wide the terminal is, when the output goes to one. */
export function createRunPrinter(out: Output, columns: number): RunPrinter {
  let view = emptyRun;
  const workers = new Map<string, number>();
  return {
    event: event => {
      if (!workers.has(event.run_id)) workers.set(event.run_id, workers.size + 1);
      view = updateTeam(view, event, [...workers.keys()][0] ?? event.run_id);
      if (out.isJson) {
        out.json(event);
        return;
      }
      // The end is said below the table.
      const line = event.type === 'run.finished' ? null : storyLine(event);
      if (line === null) return;
      const isAlone = workers.size === 1 && !(event.type === 'run.started' && event.worker !== undefined);
      if (event.type === 'task.claimed' && isAlone) out.line('');
      const mood = MOODS[line.mood];
      const text = isAlone ? line.text : `[${workers.get(event.run_id)}] ${line.text}`;
      out.line(mood === null ? text : out.style(mood, text));
    },
    table: () => {
      if (view.rows.length === 0) return;
      out.line('');
      out.lines(runTableLines(view, columns));
      out.line('');
      out.line(costLine(view));
    },
    view: () => view,
  };
}
