import { Box, Static, Text } from 'ink';
import { createElement, Fragment, use, useMemo } from 'react';
import { costLine, narrowRunTable, type RUN_COLUMNS, runTable } from '../../core/run-table.ts';
import type { RunView } from '../../core/run-view.ts';
import { Table } from '../table.tsx';
import type { Column } from '../table-layout.ts';
import { textWidth, wrap } from '../text.ts';
import { Colours, type Line, LineText, look } from '../theme.tsx';
import type { RunScreenState } from './state.ts';

/** Columns from which titles and a ladder of models fit beside each other. */
const WIDE = 112;

type RunRowText = Readonly<Record<(typeof RUN_COLUMNS)[number], string>>;

const COLUMNS: readonly Column<RunRowText>[] = [
  { key: 'task', min: 12 },
  { key: 'tries', align: 'right', min: 5 },
  { key: 'models', min: 8, hide_below: WIDE },
  { key: 'checks', min: 6, hide_below: 56 },
  { key: 'tokens', align: 'right', min: 6, hide_below: 56 },
  { key: 'cost', align: 'right', min: 7 },
  { key: 'proof', min: 11 },
];

const named = (cells: readonly string[]): RunRowText => {
  const [task = '', tries = '', models = '', checks = '', tokens = '', cost = '', proof = ''] = cells;
  return { task, tries, models, checks, tokens, cost, proof };
};
const narrowNamed = ([task = '', tries = '', ...rest]: readonly string[]): RunRowText =>
  named([task, tries, '', ...rest]);

/** A run's tasks and the total; `height` is how many of the last rows are drawn, each on one line. */
export function RunTable({
  view,
  width,
  height,
}: {
  readonly view: RunView;
  readonly width: number;
  readonly height?: number;
}) {
  const isNarrow = width < WIDE && height === undefined;
  const data = useMemo(
    () => (isNarrow ? narrowRunTable(view).map(narrowNamed) : runTable(view).map(named)),
    [view, isNarrow],
  );
  const offset = height === undefined ? 0 : Math.max(0, data.length - height);
  return <Table data={data} columns={COLUMNS} width={width} offset={offset} />;
}

const liveLine = (view: RunView): Line => {
  const { turn } = view;
  const who = turn === null ? '' : ` · try ${turn.try}, ${turn.role} on ${turn.model} (${turn.location})`;
  return { text: `${view.doing || 'working'}${who}`, tone: 'active' };
};

/** A line of the story, broken at `width`; what follows the first line stands below its words, not below the task's key. */
function Wrapped({ line, width }: { readonly line: Line; readonly width: number }) {
  const [, key = '', words = line.text] = /^(\S+ {2})(\S.*)$/.exec(line.text) ?? [];
  const text = wrap(words, Math.max(10, width - textWidth(key)))
    .map((one, index) => (index === 0 ? key : ' '.repeat(textWidth(key))) + one)
    .join('\n');
  return <Text {...look(line.tone, use(Colours))}>{text || ' '}</Text>;
}

/** What remains on the screen when the run is over. */
function Result({ state, width }: { readonly state: RunScreenState; readonly width: number }) {
  const lines: readonly Line[] = [
    { text: '', tone: 'plain' },
    { text: costLine(state.view), tone: 'strong' },
    { text: '', tone: 'plain' },
    ...state.last,
  ];
  return (
    <Box flexDirection="column" marginTop={1}>
      {state.view.rows.length > 0 && <RunTable view={state.view} width={width} />}
      {createElement(Fragment, null, ...lines.map(line => createElement(Wrapped, { line, width })))}
    </Box>
  );
}

/** The log above, which scrolls away like any output, and what is going on below it. */
export function RunScreenView({
  state,
  columns,
  rows,
}: {
  readonly state: RunScreenState;
  readonly columns: number;
  readonly rows: number;
}) {
  const items: (Line | 'result')[] = state.ended ? [...state.log, 'result'] : [...state.log];
  return (
    <>
      <Static items={items}>
        {(item, index) =>
          item === 'result' ? (
            <Result key="result" state={state} width={columns} />
          ) : (
            <Wrapped key={`line ${index}`} line={item} width={columns} />
          )
        }
      </Static>
      {!state.ended && state.view.status === 'running' && (
        <Box flexDirection="column" marginTop={1}>
          <RunTable view={state.view} width={columns} height={Math.max(1, rows - 6)} />
          <LineText line={liveLine(state.view)} width={columns} />
          <LineText line={{ text: costLine(state.view), tone: 'plain' }} width={columns} />
        </Box>
      )}
    </>
  );
}
