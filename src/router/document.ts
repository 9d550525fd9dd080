import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from 'yaml';
import type { z } from 'zod';
import { nearest, type Path, place, SECRET_KEYS } from './problems.ts';

type Place = {
  /** Characters from the start of the text, of the key where the node has one. */
  readonly offset: number;
  readonly node: unknown;
  /** The pair whose value the node is, and its map. */
  readonly pair: Pair | null;
  readonly map: YAMLMap | null;
};

const keyText = (pair: Pair): string | null => (isScalar(pair.key) ? String(pair.key.value) : null);

/** Follows a path; one that leads nowhere (a missing key) ends at the last node on the way. */
export function locate(document: Document, path: Path): Place {
  let node: unknown = document.contents;
  let found: Omit<Place, 'node'> = { offset: isNode(node) ? (node.range?.[0] ?? 0) : 0, pair: null, map: null };
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(item => keyText(item) === String(step));
      if (pair === undefined) break;
      found = { offset: (isNode(pair.key) ? pair.key.range?.[0] : null) ?? found.offset, pair, map: node };
      node = pair.value;
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(step)];
      if (!isNode(item)) break;
      found = { offset: item.range?.[0] ?? found.offset, pair: null, map: null };
      node = item;
    } else break;
  }
  return { ...found, node };
}

/** Sections that nothing else refers to: what is wrong in them can be left out without a second complaint. */
const ALONE: readonly PropertyKey[] = ['defaults', 'guard', 'budgets', 'session', 'summaries', 'deescalate', 'reload'];

function mendKeys(document: Document, issue: z.core.$ZodIssueUnrecognizedKeys): void {
  const known = issue.message.split(' ');
  for (const key of issue.keys) {
    const { pair, map } = locate(document, [...issue.path, key]);
    if (pair === null || map === null || !isScalar(pair.key)) continue;
    const meant = SECRET_KEYS.test(key) ? null : nearest(key, known);
    const isFree = meant !== null && !map.items.some(item => keyText(item) === meant);
    if (isFree) pair.key.value = meant;
    else map.items.splice(map.items.indexOf(pair), 1);
  }
}

function mendValue(node: unknown, values: readonly z.core.util.Primitive[]): boolean {
  if (!isScalar(node)) return false;
  const scalar: Scalar = node;
  const meant = typeof scalar.value === 'string' ? nearest(scalar.value, values.map(String)) : null;
  if (meant === null || meant === scalar.value) return false;
  scalar.value = meant;
  return true;
}

/**
 * Changes the document into what its writer most likely meant, so that the rest of it can be looked at in the same go: wrong
 * keys get their nearest name or go, wrong words their nearest one. Lines stay where they were. Says whether anything changed,
 * and adds the places of what was left out to `removed`.
 */
export function mend(document: Document, issues: readonly z.core.$ZodIssue[], removed: Set<string>): boolean {
  let changed = false;
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') {
      mendKeys(document, issue);
      changed = true;
      continue;
    }
    const { node, pair, map } = locate(document, issue.path);
    if (issue.code === 'invalid_value' && mendValue(node, issue.values)) changed = true;
    else if (
      ALONE.includes(issue.path[0] ?? '') &&
      pair !== null &&
      map !== null &&
      keyText(pair) === issue.path.at(-1)
    ) {
      map.items.splice(map.items.indexOf(pair), 1);
      removed.add(place(issue.path));
      changed = true;
    }
  }
  return changed;
}
