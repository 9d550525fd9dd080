import { oneLine } from '../core/line.ts';
import type { TaskStatus } from '../core/task.ts';
import type { GraphEdge, GraphNode, TaskGraph } from '../km/km.ts';
import { membersOf } from './graph-formats.ts';
import type { Output } from './output.ts';

const MARKS: Readonly<Record<TaskStatus, string>> = {
  pending: '[ ]',
  'in-progress': '[>]',
  done: '[x]',
  blocked: '[!]',
  cancelled: '[-]',
};
/** Steps of indentation after which what follows begins again at the left. */
const DEEPEST = 24;

/** The graph as an indented tree: under each task what waits for it. A task is printed once, and named where it comes again. */
export function graphLines(graph: TaskGraph, out: Output): readonly string[] {
  const members = membersOf(graph.nodes);
  const nodes = new Map(graph.nodes.map(node => [node.key, node]));
  const ties = tiesOf(graph.edges);
  const printed = new Set<string>();
  const lines: string[] = [];

  const printGroup = (parent: string | null, indent: string): void => {
    const inside = members.get(parent) ?? [];
    const isHere = (key: string): boolean => nodes.get(key)?.parent === parent;
    const roots = inside.filter(({ key }) => !ties.before(key).some(isHere));
    // Those that the tree was too deep for come last.
    for (const node of [...roots, ...inside]) if (!printed.has(node.key)) printNode(node, indent, '', 0);
  };
  const printNode = (node: GraphNode, indent: string, lead: string, depth: number): void => {
    printed.add(node.key);
    const next = `${indent}${' '.repeat(lead.length)}`;
    lines.push(`${indent}${lead}${nodeText(node, out)}${ties.text(node.key)}`);
    printGroup(node.key, `${next}    `);
    for (const key of ties.after(node.key)) {
      const waiting = nodes.get(key);
      if (waiting?.parent !== node.parent || printed.has(key) || depth >= DEEPEST)
        lines.push(
          `${next}  └ ${oneLine(key, 100)} ${out.style('dim', printed.has(key) ? '(see above)' : '(see below)')}`,
        );
      else printNode(waiting, `${next}  `, '└ ', depth + 1);
    }
  };
  printGroup(null, '');
  return lines;
}

const nodeText = ({ key, kind, title, status, reason }: GraphNode, out: Output): string => {
  const text = `${out.style('bold', oneLine(key, 100))}  ${oneLine(title, 80)}`;
  if (kind === 'stage') return text;
  return `${MARKS[status]} ${text}${reason === null ? '' : ` (${reason})`}`;
};

/** What is before and after each task, and what else there is to say about its ties. */
function tiesOf(edges: readonly GraphEdge[]) {
  const keys = (kind: GraphEdge['kind'], own: 'from' | 'to', other: 'from' | 'to') => {
    const map = new Map<string, string[]>();
    for (const edge of edges) {
      if (edge.kind !== kind) continue;
      const known = map.get(edge[own]);
      if (known === undefined) map.set(edge[own], [edge[other]]);
      else known.push(edge[other]);
    }
    return (key: string): readonly string[] => map.get(key) ?? [];
  };
  const before = keys('blocks', 'to', 'from');
  const related = keys('related', 'from', 'to');
  const origins = keys('discovered-from', 'from', 'to');
  const named = (words: string, list: readonly string[]): string =>
    list.length === 0 ? '' : ` · ${words} ${oneLine(list.join(', '), 200)}`;
  return {
    before,
    after: keys('blocks', 'from', 'to'),
    text: (key: string): string =>
      `${named('after', before(key))}${named('related to', related(key))}${named('found in', origins(key))}`,
  };
}
