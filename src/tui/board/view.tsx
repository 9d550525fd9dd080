import { Box, Text } from 'ink';
import { use, useMemo } from 'react';
import { money, oneLine } from '../../core/sentence.ts';
import type { Task, TaskStatus } from '../../core/task.ts';
import { type CellProps, Table } from '../table.tsx';
import type { Column } from '../table-layout.ts';
import { Colours, LinesBox, LineText, look, statusTone } from '../theme.tsx';
import {
  clipped,
  detailLines,
  emptyLines,
  hasTasks,
  helpLines,
  keyLine,
  nextLine,
  projectLine,
  runLines,
} from './lines.ts';
import { type BoardState, layoutOf, messageLines } from './state.ts';

export type BoardRow = {
  readonly key: string;
  readonly title: string;
  readonly status: TaskStatus;
  readonly role: string;
  readonly tries: string;
  readonly cost: string;
  /** Whole line of a stage. */
  readonly heading: string | null;
};

const COLUMNS: readonly Column<BoardRow>[] = [
  { key: 'key', min: 4 },
  { key: 'title', min: 10, grow: true },
  { key: 'status', min: 7 },
  { key: 'role', hide_below: 64 },
  { key: 'tries', align: 'right', hide_below: 52 },
  { key: 'cost', align: 'right', min: 7, hide_below: 52 },
];

export const boardRow = (task: Task): BoardRow => ({
  key: task.key,
  title: task.title,
  status: task.status,
  role: task.role ?? '',
  tries: task.tries === 0 ? '' : String(task.tries),
  cost: task.usd === 0 ? '' : money(task.usd),
  heading: task.kind === 'stage' ? `${task.key} ${oneLine(task.title)} · ${task.status}` : null,
});

function StatusCell({ row, children }: CellProps<BoardRow>) {
  return <Text {...look(statusTone(row.status), use(Colours))}>{children}</Text>;
}
const boardCell = (props: CellProps<BoardRow>) =>
  props.column === 'status' && props.row.status !== 'pending' ? <StatusCell {...props} /> : props.children;
const headingOf = (row: BoardRow): string | null => row.heading;

export type PlanTableProps = {
  readonly tasks: readonly Task[];
  readonly width: number;
  readonly next: string | null;
  readonly working: string | null;
  readonly height?: number;
  readonly offset?: number;
  readonly selected?: number;
};

/** The plan as a table: stages as headings, the next task marked ▶, the one being worked on ●. */
export function PlanTable({ tasks, next, working, ...window }: PlanTableProps) {
  const data = useMemo(() => tasks.map(boardRow), [tasks]);
  const mark = (row: BoardRow): string => (row.key === working ? '●' : row.key === next ? '▶' : '');
  return <Table {...window} data={data} columns={COLUMNS} cell={boardCell} heading={headingOf} mark={mark} />;
}

function Main({ state }: { readonly state: BoardState }) {
  const layout = layoutOf(state);
  const { columns } = state.size;
  const { detail, table } = layout;
  if (state.help)
    return (
      <LinesBox
        lines={helpLines()}
        width={columns}
        height={table.rows + 1 + (detail?.beside === false ? detail.rows : 0)}
      />
    );
  if (state.tasks !== null && !hasTasks(state.tasks))
    return <LinesBox lines={emptyLines(columns)} width={columns} height={table.rows + 1} />;
  return (
    <Box flexDirection={detail?.beside === true ? 'row' : 'column'} justifyContent="space-between" flexShrink={0}>
      <Box height={table.rows + 1} width={table.width} flexShrink={0} overflow="hidden">
        <PlanTable
          tasks={state.tasks ?? []}
          width={table.width}
          next={state.next?.kind === 'ready' ? state.next.task.key : null}
          working={state.run?.status === 'running' ? (state.view.turn?.task ?? null) : null}
          height={table.rows}
          offset={state.top}
          selected={state.cursor}
        />
      </Box>
      {detail !== null && (
        <LinesBox lines={detailLines(state, detail.width, detail.rows)} width={detail.width} height={detail.rows} />
      )}
    </Box>
  );
}

/** The whole board, as tall and wide as `state.size`. */
export function BoardView({ state }: { readonly state: BoardState }) {
  const { columns } = state.size;
  const { run, message } = layoutOf(state);
  const tone = state.message?.tone ?? 'plain';
  return (
    <Box flexDirection="column" width={columns}>
      <LineText line={projectLine(state)} width={columns} />
      <LineText line={nextLine(state)} width={columns} />
      <Main state={state} />
      {run > 0 && <LinesBox lines={runLines(state, columns, run)} width={columns} height={run} />}
      <LinesBox
        lines={clipped(
          messageLines(state).map(text => ({ text, tone })),
          message,
        )}
        width={columns}
        height={message}
      />
      <LineText line={keyLine(columns)} width={columns} />
    </Box>
  );
}
