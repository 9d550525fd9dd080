import { ok, type Result } from '../../core/failure.ts';
import { count, oneLine } from '../../core/line.ts';
import { emptyRun } from '../../core/run-view.ts';
import type { TuiPorts } from '../ports.ts';
import { headerLine, rowLine, type TableLayout, tableLayout } from '../table-layout.ts';
import { cut, toWidth } from '../text.ts';
import { emptyLines } from './help.ts';
import { nextLine, projectLine } from './lines.ts';
import { type PlanLook, type PlanRow, planColumns, planRow } from './rows.ts';
import { shownPlaces, treeOf } from './tree.ts';

/** Tasks read in one go. */
const PAGE = 500;
/** Columns before each row: a space and its mark. */
const GUTTER = 2;

/**
 * The board as plain text for pipes and files: no colours, no escape sequences, every task that the filter lets through;
 * no line break at the end.
 */
export function boardText(ports: TuiPorts, columns: number, filter = ''): Result<string> {
  const tree = treeOf(ports.outline());
  const [next, run] = [ports.next(), ports.latestRun()];
  const found = filter.trim() === '' ? null : allMatches(ports, filter);
  if (found !== null && !found.ok) return found;
  const matches = found === null ? null : new Set(found.value);
  const head = [
    projectLine({ project: ports.project.name, tree, run, view: emptyRun }).text,
    nextLine({ next, tree }).text,
    ...(matches === null ? [] : [`/ ${oneLine(filter, 400)} · ${count(matches.size)} of ${count(tree.counts.tasks)}`]),
  ];
  const look: PlanLook = { tree, width: columns, folded: new Set(), matches };
  const body = bodyLines(ports, look, next.kind === 'ready' ? next.task.id : null);
  return ok([...head, ...body].map(line => cut(line, columns).trimEnd()).join('\n'));
}

/** All that the filter lets through: who reads a text may wait. */
function allMatches(ports: TuiPorts, filter: string): Result<readonly number[]> {
  for (;;) {
    const found = ports.matches(filter, false);
    if (!found.ok) return found;
    if (found.value !== null) return ok(found.value);
  }
}

function bodyLines(ports: TuiPorts, look: PlanLook, next: number | null): readonly string[] {
  if (look.tree.counts.tasks === 0) return emptyLines(look.width).map(line => line.text);
  return look.matches?.size === 0 ? ['No task passes the filter.'] : planLines(ports, look, next);
}

function planLines(ports: TuiPorts, look: PlanLook, next: number | null): readonly string[] {
  const { tree, width, folded, matches } = look;
  const layout = tableLayout<PlanRow>({
    data: [],
    columns: planColumns(tree, width),
    padding: 1,
    width: width - GUTTER,
  });
  const places = shownPlaces(tree, folded, matches);
  const lines = [' '.repeat(GUTTER) + headerLine(layout, 1)];
  for (let from = 0; from < places.length; from += PAGE)
    for (const row of pageOf(ports, look, places.slice(from, from + PAGE))) lines.push(textLine(row, layout, next));
  return lines;
}

function pageOf(ports: TuiPorts, look: PlanLook, places: readonly number[]): readonly PlanRow[] {
  const rows = places.flatMap(place => look.tree.rows[place] ?? []);
  const tasks = new Map(ports.tasks(rows.map(row => row.id)).map(task => [task.id, task]));
  return rows.map(row => planRow(row, tasks.get(row.id) ?? null, look));
}

function textLine(row: PlanRow, layout: TableLayout<PlanRow>, next: number | null): string {
  const gutter = ` ${row.id === next ? '▶' : ' '}`;
  return gutter + (row.heading === null ? rowLine(layout, row, 1) : toWidth(` ${row.heading}`, layout.width));
}
