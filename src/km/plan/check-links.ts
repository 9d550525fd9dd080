import { posix } from 'node:path';
import { anchorsOf } from './anchors.ts';
import { type PlanFiles, problem } from './check-problem.ts';
import { type Line, type PlanDocument, printPlan } from './document.ts';
import { fieldItems } from './items.ts';
import { linksOf } from './links.ts';
import type { PlanProblem } from './plan.ts';

const NOTED = /\b(?:research|issues)\.md(?:#[\p{L}\p{N}\p{M}_-]+)?/giu;
const TARGET = /\]\(\s*<?((?:[^()<>\s]|\([^()\s]*\))+)>?(?:\s+"[^"]*")?\s*\)/g;
const REFERENCE = /^ {0,3}\[[^\]^]+\]:\s*<?(\S+?)>?(?:\s|$)/;

/** Links to places that are not there: sections of research.md and issues.md, other files, headings of this one. */
export function checkLinks(document: PlanDocument, files: PlanFiles, folder: string): readonly PlanProblem[] {
  const anchors = makeAnchors(document, files);
  const places = new Map<number, readonly string[]>();
  for (const [index, line] of document.lines.entries()) if (line.kind === 'text') places.set(index, placesIn(line));
  for (const task of document.tasks)
    for (const item of fieldItems(document, task, 'links'))
      places.set(item.line, [...(places.get(item.line) ?? []), ...linksOf(item).filter(isRelativeFile)]);
  return [...places].flatMap(([index, some]) =>
    [...new Set(some)].flatMap(place => checkPlace(place, index, files, folder, anchors)),
  );
}

const isRelativeFile = (place: string): boolean =>
  !isElsewhere(place) && /^[^\s*?#]+\.[a-z\d]{1,5}(?:#\S*)?$/i.test(place);

/** Has it a scheme, or a host? */
const isElsewhere = (place: string): boolean => /^(?:[a-z][a-z\d+.-]*:|\/\/|<)/i.test(place);

/** The places that a line names, each once: markdown links, and research.md or issues.md wherever they stand. */
function placesIn({ text }: Line): readonly string[] {
  if (!text.includes('](') && !text.includes('.md') && !text.includes(']:')) return [];
  const bare = text.replace(/(`+)[^`]*\1/g, span => (/^`+\s*(?:research|issues)\.md/i.test(span) ? span : ''));
  const targets = [...bare.matchAll(TARGET)].map(match => match[1] ?? '');
  const reference = REFERENCE.exec(bare)?.[1];
  const noted = [...bare.matchAll(NOTED)].map(match => match[0]).filter(place => place.includes('#'));
  return [...noted, ...targets, ...(reference === undefined ? [] : [reference])].filter(place => !isElsewhere(place));
}

/** The anchors of a file by its path; null for one that is not there, and for one that has no headings to link to. */
function makeAnchors(document: PlanDocument, files: PlanFiles): (path: string) => ReadonlySet<string> | null {
  const known = new Map<string, ReadonlySet<string> | null>();
  return path => {
    const cached = known.get(path);
    if (cached !== undefined) return cached;
    const text = path === '' ? printPlan(document) : files.exists(path) ? files.read(path) : null;
    const found = text === null ? null : anchorsOf(text);
    known.set(path, found);
    return found;
  };
}

function checkPlace(
  place: string,
  index: number,
  files: PlanFiles,
  folder: string,
  anchorsIn: (path: string) => ReadonlySet<string> | null,
): readonly PlanProblem[] {
  const [name = '', anchor = ''] = splitPlace(place);
  const near = name === '' ? '' : posix.normalize(posix.join(folder, name));
  const path = name === '' || files.exists(near) ? near : posix.normalize(name.replace(/^\/+/, ''));
  // What lies outside the project is nobody's business here.
  if (path.startsWith('..')) return [];
  if (name !== '' && !files.exists(path)) {
    const to = anchor === '' ? '' : ` (link to #${anchor})`;
    return [problem(index, 'warning', `${name} is not there${to}.`, `Write ${name}, or take the link out.`)];
  }
  if (anchor === '' || (name !== '' && !/\.(?:md|markdown)$/i.test(path))) return [];
  if (anchorsIn(path)?.has(anchor) !== false) return [];
  const message = `${name === '' ? 'This plan' : name} has no heading for #${anchor}.`;
  return [problem(index, 'warning', message, 'Correct the link, or add the heading.')];
}

function splitPlace(place: string): readonly [string, string] {
  const at = place.indexOf('#');
  const decoded = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };
  return at < 0 ? [decoded(place), ''] : [decoded(place.slice(0, at)), decoded(place.slice(at + 1))];
}
