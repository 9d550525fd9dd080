import { ok, type Result } from '../../core/failure.ts';
import type { GraphEdge, GraphNode, GraphOptions, TaskGraph } from '../km.ts';
import type { Queries } from '../queries.ts';
import { taskByShortKey } from '../tasks/find-key.ts';
import { isClosed } from '../tasks/lifecycle.ts';

type Node = Omit<GraphNode, 'parent'> & { readonly id: number; readonly parent_id: number | null };
type Edge = { readonly from: number; readonly to: number; readonly kind: GraphEdge['kind'] };

/** The tasks of a project and what ties them together, or the part of it around one task. */
export function taskGraph(q: Queries, projectId: number, options: GraphOptions): Result<TaskGraph> {
  const center = options.key === undefined ? null : taskByShortKey(q, projectId, options.key);
  if (center !== null && !center.ok) return center;
  const nodes = readNodes(q, projectId);
  const edges = readEdges(q, projectId);
  const wanted = new Set(
    nodes.filter(node => options.all === true || node.id === center?.value.id || isOpen(node)).map(({ id }) => id),
  );
  if (center === null) return ok(asGraph(nodes, edges, withParents(nodes, allOf(nodes, edges, wanted, options.all))));
  const start = [center.value.id, ...below(nodes, center.value.id)];
  return ok(asGraph(nodes, edges, withParents(nodes, around(start, edges, wanted, options.depth))));
}

/** Everything that is wanted but for stages that hold nothing back and are empty. */
function allOf(nodes: readonly Node[], edges: readonly Edge[], wanted: ReadonlySet<number>, all = false) {
  const tied = new Set(
    edges.filter(({ from, to }) => wanted.has(from) && wanted.has(to)).flatMap(({ from, to }) => [from, to]),
  );
  return new Set(
    nodes.filter(({ id, kind }) => wanted.has(id) && (all || kind === 'task' || tied.has(id))).map(({ id }) => id),
  );
}

/** Those, and the stages and tasks that they are part of. */
function withParents(nodes: readonly Node[], shown: ReadonlySet<number>): ReadonlySet<number> {
  const parents = new Map(nodes.map(({ id, parent_id }) => [id, parent_id]));
  const all = new Set(shown);
  for (const id of shown)
    for (let at = parents.get(id) ?? null; at !== null && !all.has(at); at = parents.get(at) ?? null) all.add(at);
  return all;
}

function asGraph(nodes: readonly Node[], edges: readonly Edge[], shown: ReadonlySet<number>): TaskGraph {
  const keys = new Map(nodes.map(({ id, key }) => [id, key]));
  const keyOf = (id: number): string => keys.get(id) ?? '';
  return {
    nodes: nodes
      .filter(({ id }) => shown.has(id))
      .map(({ id: _, parent_id, ...node }) => ({ ...node, parent: parent_id === null ? null : keyOf(parent_id) })),
    edges: edges
      .filter(({ from, to }) => shown.has(from) && shown.has(to))
      .map(({ from, to, kind }) => ({ from: keyOf(from), to: keyOf(to), kind })),
  };
}

const isOpen = ({ status }: Node): boolean => !isClosed(status);

const readNodes = (q: Queries, projectId: number): readonly Node[] =>
  q.all<Node>(
    'SELECT id, key, kind, title, status, reason, parent_id FROM tasks WHERE project_id = ? ORDER BY plan_order, id',
    projectId,
  );

/** In the order of the plan of where they begin. */
const readEdges = (q: Queries, projectId: number): readonly Edge[] => [
  ...q.all<Edge>(
    `SELECT d.blocker_id AS "from", d.task_id AS "to", 'blocks' AS kind FROM tasks t JOIN task_deps d ON d.blocker_id = t.id
     JOIN tasks o ON o.id = d.task_id WHERE t.project_id = ? ORDER BY t.plan_order, t.id, o.plan_order, o.id`,
    projectId,
  ),
  ...q.all<Edge>(
    `SELECT r.task_id AS "from", r.other_id AS "to", r.kind FROM tasks t JOIN task_relations r ON r.task_id = t.id
     JOIN tasks o ON o.id = r.other_id WHERE t.project_id = ? ORDER BY t.plan_order, t.id, r.kind, o.plan_order, o.id`,
    projectId,
  ),
];

/** Ids of all that is inside a task or stage, at any depth. */
function below(nodes: readonly Node[], id: number): readonly number[] {
  const children = neighbours(nodes.flatMap(node => (node.parent_id === null ? [] : [[node.parent_id, node.id]])));
  const found: number[] = [];
  const left = [id];
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    const inside = children.get(at) ?? [];
    found.push(...inside);
    left.push(...inside);
  }
  return found;
}

/** What the start needs, what needs it, and what is tied to it directly. */
function around(
  start: readonly number[],
  edges: readonly Edge[],
  wanted: ReadonlySet<number>,
  depth = Number.POSITIVE_INFINITY,
): ReadonlySet<number> {
  const blocks = edges.filter(({ kind }) => kind === 'blocks');
  const needs = follow(start, wanted, depth, neighbours(blocks.map(({ from, to }) => [to, from])));
  const needed = follow(start, wanted, depth, neighbours(blocks.map(({ from, to }) => [from, to])));
  const own = new Set(start.filter(id => wanted.has(id)));
  const tied = edges
    .filter(({ kind, from, to }) => kind !== 'blocks' && (own.has(from) || own.has(to)))
    .flatMap(({ from, to }) => [from, to])
    .filter(id => wanted.has(id));
  return new Set([...needs, ...needed, ...tied]);
}

function neighbours(pairs: readonly (readonly [number, number])[]): ReadonlyMap<number, readonly number[]> {
  const map = new Map<number, number[]>();
  for (const [from, to] of pairs) {
    const known = map.get(from);
    if (known === undefined) map.set(from, [to]);
    else known.push(to);
  }
  return map;
}

/** All that is reached in at most `depth` steps, the start included. */
function follow(
  start: readonly number[],
  wanted: ReadonlySet<number>,
  depth: number,
  next: ReadonlyMap<number, readonly number[]>,
): ReadonlySet<number> {
  const seen = new Set(start.filter(id => wanted.has(id)));
  let level = [...seen];
  for (let step = 0; step < depth && level.length > 0; step += 1) {
    const fresh = level.flatMap(id => next.get(id) ?? []).filter(id => wanted.has(id) && !seen.has(id));
    level = [...new Set(fresh)];
    for (const id of level) seen.add(id);
  }
  return seen;
}
