import { Box, Text } from 'ink';
import { use, useMemo } from 'react';
import { type CellProps, Table } from '../table.tsx';
import { Colours, type Line, LinesBox, LineText, look, statusTone } from '../theme.tsx';
import { detailLines, windowOf } from './detail.ts';
import { emptyLines, helpLines, nothingLines } from './help.ts';
import type { BoardLayout } from './layout.ts';
import { filterLines, keyLine, nextLine, projectLine, ruleLine, runLines } from './lines.ts';
import { type PlanRow, planColumns, planRow } from './rows.ts';
import { type BoardState, foldedOf, layoutOf, messageLines, rowAt, selectedRow } from './state.ts';
import type { Tree } from './tree.ts';

function StatusCell({ row, children }: CellProps<PlanRow>) {
  return <Text {...look(row.status === '' ? 'plain' : statusTone(row.status), use(Colours))}>{children}</Text>;
}
const planCell = (props: CellProps<PlanRow>) =>
  props.column === 'status' && props.row.status !== 'pending' ? <StatusCell {...props} /> : props.children;
const headingOf = (row: PlanRow): string | null => row.heading;
const isContext = (row: PlanRow): boolean => row.context;

/** The window of the plan: stages as headings, the next task marked ▶, the one being worked on ●. */
function Plan({
  state,
  tree,
  layout,
}: {
  readonly state: BoardState;
  readonly tree: Tree;
  readonly layout: BoardLayout;
}) {
  const { width, rows } = layout.table;
  const columns = useMemo(() => planColumns(tree, width), [tree, width]);
  const look = { tree, width, folded: foldedOf(state), matches: state.filter.matches };
  const data = state.shown.slice(state.top, state.top + rows).flatMap((_, index) => {
    const row = rowAt(state, state.top + index);
    return row === null ? [] : [planRow(row, state.tasks.get(row.id) ?? null, look)];
  });
  const working = state.run?.status === 'running' ? (state.view.turn?.task ?? null) : null;
  const next = state.next?.kind === 'ready' ? state.next.task.id : null;
  const mark = (row: PlanRow): string => (row.key === working ? '●' : row.id === next ? '▶' : '');
  return (
    <Table
      data={data}
      columns={columns}
      cell={planCell}
      heading={headingOf}
      dim={isContext}
      mark={mark}
      width={width}
      selected={state.cursor - state.top}
    />
  );
}

/** What stands where the plan would, as lines; null when there is a plan to show. */
function insteadOf(state: BoardState, height: number): readonly Line[] | null {
  const { columns } = state.size;
  if (state.help_top !== null) return windowOf(helpLines(columns), state.help_top, height);
  if (state.tree === null) return [];
  if (state.tree.counts.tasks === 0) return emptyLines(columns);
  return state.shown.length === 0 ? nothingLines(columns) : null;
}

function Main({ state }: { readonly state: BoardState }) {
  const layout = layoutOf(state);
  const { detail, table } = layout;
  const height = table.rows + 1 + (detail?.beside === false ? detail.rows : 0);
  const instead = insteadOf(state, height);
  if (instead !== null || state.tree === null)
    return <LinesBox lines={instead ?? []} width={state.size.columns} height={height} />;
  return (
    <Box flexDirection={detail?.beside === true ? 'row' : 'column'} justifyContent="space-between" flexShrink={0}>
      <Box height={table.rows + 1} width={table.width} flexShrink={0} overflow="hidden">
        <Plan state={state} tree={state.tree} layout={layout} />
      </Box>
      {detail !== null && <Detail state={state} width={detail.width} rows={detail.rows} />}
    </Box>
  );
}

function Detail({ state, width, rows }: { readonly state: BoardState; readonly width: number; readonly rows: number }) {
  const lines = windowOf(detailLines(state, width), state.detail_top, rows - 1);
  const rule = ruleLine(selectedRow(state)?.key ?? '', width);
  return <LinesBox lines={[rule, ...lines]} width={width} height={rows} />;
}

/** The whole board, as tall and wide as `state.size`. */
export function BoardView({ state }: { readonly state: BoardState }) {
  const { columns } = state.size;
  const { run, message, filter } = layoutOf(state);
  const tone = state.question === null ? (state.message?.tone ?? 'plain') : 'attention';
  const told = messageLines(state).map((text): Line => ({ text, tone }));
  return (
    <Box flexDirection="column" width={columns}>
      <LineText line={projectLine(state)} width={columns} />
      <LineText line={nextLine(state)} width={columns} />
      {filter > 0 && (
        <LinesBox lines={windowOf(filterLines(state, columns), 0, filter)} width={columns} height={filter} />
      )}
      <Main state={state} />
      {run > 0 && <LinesBox lines={runLines(state, columns, run)} width={columns} height={run} />}
      <LinesBox lines={windowOf(told, 0, message)} width={columns} height={message} />
      <LineText line={keyLine(state, columns)} width={columns} />
    </Box>
  );
}
