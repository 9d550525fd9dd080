import { Box, Static, Text } from 'ink';
import { use, useMemo } from 'react';
import { costLine, type RUN_COLUMNS, runTable } from '../../core/run-table.ts';
import type { RunView } from '../../core/run-view.ts';
import { count } from '../../core/sentence.ts';
import { Table } from '../table.tsx';
import type { Column } from '../table-layout.ts';
import { Colours, type Line, LineText, look } from '../theme.tsx';
import type { RunScreenState } from './state.ts';

type RunRowText = Readonly<Record<(typeof RUN_COLUMNS)[number], string>>;

const COLUMNS: readonly Column<RunRowText>[] = [
  { key: 'task', min: 12 },
  { key: 'tries', align: 'right', min: 5 },
  { key: 'models', min: 8, hide_below: 60 },
  { key: 'checks', min: 6, hide_below: 50 },
  { key: 'tokens', align: 'right', min: 6, hide_below: 50 },
  { key: 'cost', align: 'right', min: 7 },
  { key: 'proof', min: 9 },
];

const named = (cells: readonly string[]): RunRowText => {
  const [task = '', tries = '', models = '', checks = '', tokens = '', cost = '', proof = ''] = cells;
  return { task, tries, models, checks, tokens, cost, proof };
};

/** A run's tasks and the total; `height` is how many of the last rows are drawn. */
export function RunTable({
  view,
  width,
  height,
}: {
  readonly view: RunView;
  readonly width: number;
  readonly height?: number;
}) {
  const data = useMemo(() => runTable(view).map(named), [view]);
  const offset = height === undefined ? 0 : Math.max(0, data.length - height);
  return <Table data={data} columns={COLUMNS} width={width} offset={offset} />;
}

const liveLine = (view: RunView): Line => {
  const turn =
    view.turn === null
      ? ''
      : ` · try ${view.turn.try}, ${view.turn.role} on ${view.turn.model} (${view.turn.location})`;
  return { text: `${view.doing || 'working'}${turn}`, tone: 'active' };
};

/** What remains on the screen when the run is over. */
function Result({ view, width }: { readonly view: RunView; readonly width: number }) {
  const { calls } = view.totals;
  return (
    <Box flexDirection="column" marginTop={1}>
      <RunTable view={view} width={width} />
      <LineText line={{ text: '', tone: 'plain' }} width={width} />
      <LineText line={{ text: costLine(view), tone: 'strong' }} width={width} />
      <LineText
        line={{ text: `calls: ${count(calls.local)} local, ${count(calls.cloud)} cloud`, tone: 'plain' }}
        width={width}
      />
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
  const coloured = use(Colours);
  const items: (Line | 'result')[] = state.ended ? [...state.log, 'result'] : [...state.log];
  return (
    <>
      <Static items={items}>
        {(item, index) =>
          item === 'result' ? (
            <Result key="result" view={state.view} width={columns} />
          ) : (
            <Text key={`line ${index}`} {...look(item.tone, coloured)}>
              {item.text}
            </Text>
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
