import { oneLine } from '../core/line.ts';
import type { TaskStatus } from '../core/task.ts';
import type { GraphEdge, GraphNode, TaskGraph } from '../km/km.ts';

const FILLS: Readonly<Record<TaskStatus, string>> = {
  pending: '#ffffff',
  'in-progress': '#fff3bf',
  done: '#d3f9d8',
  blocked: '#ffe3e3',
  cancelled: '#e9ecef',
};
const TITLE = 60;

const label = ({ key, title }: GraphNode): string => `${oneLine(key, 100)} ${oneLine(title, TITLE)}`;

/** Nodes by the key of what they are part of; `null` for those at the top. */
export function membersOf(nodes: readonly GraphNode[]): ReadonlyMap<string | null, readonly GraphNode[]> {
  const members = new Map<string | null, GraphNode[]>();
  for (const node of nodes) {
    const known = members.get(node.parent);
    if (known === undefined) members.set(node.parent, [node]);
    else known.push(node);
  }
  return members;
}

/** Lines of a graph whose parents are groups: what a group begins and ends with, and the line of a node. */
type Shapes = {
  readonly open: (node: GraphNode) => readonly string[];
  readonly close: string;
  readonly node: (node: GraphNode) => string;
};

function grouped({ nodes, edges }: TaskGraph, shapes: Shapes): readonly string[] {
  const members = membersOf(nodes);
  const tied = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const lines = (parent: string | null, indent: string): readonly string[] =>
    (members.get(parent) ?? []).flatMap(node => {
      if (!members.has(node.key)) return [`${indent}${shapes.node(node)}`];
      // A stage is its frame; what has a part of its own in the graph stands inside its frame as well.
      const own = node.kind === 'task' || tied.has(node.key) ? [`${indent}  ${shapes.node(node)}`] : [];
      const open = shapes.open(node).map((line, index) => (index === 0 ? `${indent}${line}` : `${indent}  ${line}`));
      return [...open, ...own, ...lines(node.key, `${indent}  `), `${indent}${shapes.close}`];
    });
  return lines(null, '  ');
}

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;
const DOT_EDGES: Readonly<Record<GraphEdge['kind'], string>> = {
  blocks: '',
  related: ' [style=dashed, dir=none]',
  'discovered-from': ' [style=dotted]',
};

/** The graph in the language of Graphviz. */
export const dotGraph = (graph: TaskGraph): readonly string[] => [
  'digraph tasks {',
  '  rankdir=LR;',
  '  node [shape=box, style="rounded,filled", fontname="sans-serif"];',
  ...grouped(graph, {
    open: node => [`subgraph ${quoted(`cluster_${node.key}`)} {`, `label=${quoted(label(node))};`],
    close: '}',
    node: node => `${quoted(node.key)} [label=${quoted(label(node))}, fillcolor="${FILLS[node.status]}"];`,
  }),
  ...graph.edges.map(({ from, to, kind }) => `  ${quoted(from)} -> ${quoted(to)}${DOT_EDGES[kind]};`),
  '}',
];

/** What Mermaid could read as its own language is written by number. */
const escaped = (text: string): string =>
  text.replace(/["#<>&`;{}[\]|\\()]/g, character => `#${character.codePointAt(0)};`);
const MERMAID_EDGES: Readonly<Record<GraphEdge['kind'], string>> = {
  blocks: '-->',
  related: '-.-',
  'discovered-from': '-. discovered from .->',
};

const className = (status: TaskStatus): string => status.replace('-', '_');

/** The graph in the language of Mermaid. */
export function mermaidGraph(graph: TaskGraph): readonly string[] {
  const names = new Map(graph.nodes.map(({ key }, index) => [key, `n${index}`]));
  const name = (key: string): string => names.get(key) ?? 'n';
  const used = [...new Set(graph.nodes.map(({ status }) => status))];
  return [
    'flowchart LR',
    ...grouped(graph, {
      open: node => [`subgraph g${name(node.key)}["${escaped(label(node))}"]`],
      close: 'end',
      node: node => `${name(node.key)}["${escaped(label(node))}"]:::${className(node.status)}`,
    }),
    ...graph.edges.map(({ from, to, kind }) => `  ${name(from)} ${MERMAID_EDGES[kind]} ${name(to)}`),
    ...used.map(status => `  classDef ${className(status)} fill:${FILLS[status]},stroke:#495057,color:#212529`),
  ];
}
