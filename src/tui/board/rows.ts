import { money, oneLine } from '../../core/sentence.ts';
import type { Task, TaskStatus } from '../../core/task.ts';
import type { Column } from '../table-layout.ts';
import { cut, textWidth } from '../text.ts';
import { indentOf, type Tree, type TreeRow } from './tree.ts';

/** One line of the table. */
export type PlanRow = {
  readonly id: number;
  readonly key: string;
  /** The key after its indentation and mark. */
  readonly label: string;
  readonly title: string;
  /** Empty where the row is only context. */
  readonly status: TaskStatus | '';
  /** The role, or who holds the claim: `@worker-1`. */
  readonly role: string;
  readonly tries: string;
  readonly cost: string;
  /** Whole line of a stage. */
  readonly heading: string | null;
  /** It is shown for what stands under it; the filter does not let it through. */
  readonly context: boolean;
};
export type PlanLook = {
  readonly tree: Tree;
  readonly width: number;
  readonly folded: ReadonlySet<number>;
  readonly matches: ReadonlySet<number> | null;
};

/** Below this width a level is indented by one column. */
const NARROW = 64;
/** Before and behind a heading's texts: selection, mark, padding, a space. */
const MARGIN = 4;
const stepOf = (width: number): 1 | 2 => (width < NARROW ? 1 : 2);

/** Widths that do not depend on which rows are drawn, so that nothing moves while scrolling. */
export const planColumns = (tree: Tree, width: number): readonly Column<PlanRow>[] => [
  {
    key: 'label',
    title: 'key',
    clean: true,
    min: 4,
    natural: Math.min(tree.label_width[stepOf(width)], Math.floor(width / 3)),
  },
  { key: 'title', min: 10, grow: true, natural: 10 },
  { key: 'status', min: 7, natural: 11 },
  { key: 'role', natural: 10, hide_below: 56 },
  { key: 'tries', align: 'right', natural: 5, hide_below: 76 },
  { key: 'cost', align: 'right', min: 7, natural: 7, hide_below: 76 },
];

/** `2/5 ` of a task with subtasks, done and all. */
const shareOf = (task: Task): string => {
  const total = task.children.open + task.children.done;
  return total === 0 ? '' : `${task.children.done}/${total}`;
};

const before = (text: string, after: string): string => (text === '' ? after : `${text} ${after}`);

/** A row as the table shows it; what is not read yet stays empty. */
export function planRow(row: TreeRow, task: Task | null, { tree, width, folded, matches }: PlanLook): PlanRow {
  const indent = indentOf(row, { step: stepOf(width), nested: tree.nested, folded: folded.has(row.id) });
  const key = oneLine(row.key, 40);
  const title = task === null ? '' : oneLine(task.title);
  const share = task === null ? '' : shareOf(task);
  const status = task?.status ?? row.status;
  const tail = ` · ${status}${share === '' ? '' : ` · ${share}`}`;
  const head = before(indent + key, cut(title, Math.max(10, width - MARGIN - textWidth(indent + key + tail))));
  const context = matches !== null && !matches.has(row.id);
  return {
    id: row.id,
    key: row.key,
    label: indent + key,
    title: before(share, title),
    heading: row.kind === 'stage' ? head + tail : null,
    context,
    ...(task === null || context ? { status: context ? '' : status, role: '', tries: '', cost: '' } : cellsOf(task)),
  };
}

const cellsOf = ({ status, claim, role, tries, usd }: Task): Pick<PlanRow, 'status' | 'role' | 'tries' | 'cost'> => ({
  status,
  role: claim === null ? (role ?? '') : `@${oneLine(claim.holder, 40)}`,
  tries: tries === 0 ? '' : String(tries),
  cost: usd === 0 ? '' : money(usd),
});
