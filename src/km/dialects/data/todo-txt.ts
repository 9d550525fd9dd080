import type { Detection, Dialect, ImportedItem, ImportedPlan, PlanSource } from '../dialect.ts';
import { dateOf, given, onlyFile, timeOf, unique } from './fields.ts';

const LINE = /^(x )?\s*(?:\(([A-Z])\) )?\s*(?:(\d{4}-\d{2}-\d{2}) )?(?:(\d{4}-\d{2}-\d{2}) )?\s*(?:\(([A-Z])\) )?(.*)$/;
const WORD = /(?:^|\s)([+@])(\S+)/g;
const PAIR = /(?:^|\s)([A-Za-z][\w-]*):(?!\/\/)([^\s:/][^\s]*)/g;
/** Pairs that have a place of their own; any other stays in the title. */
const OWN_PAIRS: readonly string[] = ['due', 'pri', 'id', 'p', 'dep'];

/** A line that no other kind of text has. */
const isSure = (line: string): boolean => /^(?:x \d{4}-\d{2}-\d{2} \S|x \([A-Z]\) \S|\([A-Z]\) \S)/.test(line);
/** A project, a context, or a pair that todo.txt knows. A day in front says nothing: logs and diaries have it too. */
const MARK = /\s[+@]\p{L}\S*(?=\s|$)|\s(?:due|t):\d{4}-\d{2}-\d{2}(?=\s|$)|\s(?:pri:[A-Z]|rec:\+?\d+[bdwmy])(?=\s|$)/u;
const isMarked = (line: string): boolean => isSure(line) || (!/^\d{4}-\d{2}-\d{2} \d/.test(line) && MARK.test(line));
/** Prose has long lines, and sentences. */
const isWords = (line: string): boolean => line.length <= 100 && !/[.,;:!?]$/.test(line.trimEnd());

/** Of the lines of a todo.txt at least this share has its marks; a file of that name may have plain ones. */
const CLEAR = 0.6;

function detect(source: PlanSource): Detection {
  const file = onlyFile(source);
  if (file === null) return { score: 0, because: 'no single file' };
  const lines = file.text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter(line => line.trim() !== '')
    .slice(0, 1000);
  // Another format's signs: headings, list items, boxes, JSON, org stars.
  const foreign = lines.filter(line => /^\s*(?:#{1,6} |[-*+] |\*+ |\d+[.)] |[[{}\]<>|`~"])|^\s+\S/.test(line)).length;
  if (lines.length === 0 || foreign > lines.length * 0.05) return { score: 0, because: 'lines of another format' };
  const share = lines.filter(isMarked).length / lines.length;
  const isNamed = /(?:^|[/.\s_-])(?:todo|done)\.txt$/i.test(file.path);
  if (isNamed && (share >= 0.2 || lines.filter(isWords).length >= lines.length * 0.9))
    return { score: Math.max(share * 0.8, 0.6), because: 'a todo.txt file' };
  const score = share >= CLEAR ? share * 0.8 : 0;
  return score < 0.3
    ? { score: 0, because: 'few lines with (A), x, +project or @context' }
    : {
        score,
        because: `${Math.round(share * lines.length)} of ${lines.length} lines with (A), x, +project or @context`,
      };
}

function read(source: PlanSource): ImportedPlan {
  const lines = (onlyFile(source)?.text ?? '').replace(/^\uFEFF/, '').split(/\r?\n/);
  const ids = new Map<string, number>();
  const stages = new Map<string, ImportedItem>();
  const items = lines.flatMap((line, index) =>
    line.trim() === '' ? [] : [readLine(line.trim(), index + 1, ids, stages)],
  );
  const known = new Set(items.map(item => item.external_id));
  const placed = items.map(item =>
    item.parent === null || known.has(item.parent) || stages.has(item.parent) ? item : { ...item, parent: null },
  );
  return { items: [...stages.values(), ...placed], unrecognised: [] };
}

function readLine(
  line: string,
  place: number,
  ids: Map<string, number>,
  stages: Map<string, ImportedItem>,
): ImportedItem {
  const [, done, first, one, other, last, rest = ''] = LINE.exec(line) ?? [];
  const pairs = [...rest.matchAll(PAIR)].map(([, name = '', value = '']) => [name.toLowerCase(), value] as const);
  const pair = (name: string) => pairs.filter(([found]) => found === name).map(([, value]) => value);
  const marks = [...rest.matchAll(WORD)];
  const [project, ...projects] = marks.filter(([, sign]) => sign === '+').map(([, , word = '']) => word);
  const title = titleOf(rest) || line;
  const own = pair('id')[0];
  const priority = first ?? last ?? pair('pri')[0]?.toUpperCase();
  const parent = pair('p')[0];
  // A task that is done has its day of completion first.
  const [finished, created] = done === undefined ? [undefined, one] : [one, other];
  return {
    external_id: own === undefined ? numbered(ids, title) : `id:${own}`,
    key: null,
    kind: 'task',
    title,
    status: done === undefined ? 'open' : 'done',
    parent: parent === undefined ? stageOf(stages, project, place) : `id:${parent}`,
    depends_on: pair('dep').map(id => `id:${id}`),
    ...given({
      tags: unique([...projects, ...marks.filter(([, sign]) => sign === '@').map(([, , word = '']) => word)]),
      priority:
        priority === undefined || !/^[A-Z]$/.test(priority) ? undefined : Math.min(4, priority.charCodeAt(0) - 65),
      due: dateOf(pair('due')[0] ?? ''),
      created_at: timeOf(created ?? ''),
      finished_at: timeOf(finished ?? ''),
    }),
    line: place,
  };
}

/** The words of a task without what is kept elsewhere; a project or context in the middle of a sentence is a part of it. */
function titleOf(rest: string): string {
  const words = rest
    .split(/\s+/)
    .filter(word => !OWN_PAIRS.includes(/^([A-Za-z][\w-]*):[^\s:/]/.exec(word)?.[1]?.toLowerCase() ?? ''));
  while (/^[+@]\S/.test(words.at(-1) ?? '') && words.length > 1) words.pop();
  return words.join(' ').trim();
}

/** An id made of the text; the second of two equal ones gets a number. */
export function numbered(ids: Map<string, number>, text: string): string {
  const count = (ids.get(text) ?? 0) + 1;
  ids.set(text, count);
  return count === 1 ? text : `${text} #${count}`;
}

function stageOf(stages: Map<string, ImportedItem>, project: string | undefined, line: number): string | null {
  if (project === undefined) return null;
  const external_id = `+${project}`;
  if (!stages.has(external_id))
    stages.set(external_id, {
      external_id,
      key: null,
      kind: 'stage',
      title: project,
      status: 'open',
      parent: null,
      depends_on: [],
      line,
    });
  return external_id;
}

/** todo.txt: one task on each line. */
export const todoTxt: Dialect = {
  name: 'todo-txt',
  title: 'todo.txt',
  looks_like: 'one task on each line: (A) 2026-01-31 Call the bank +move @phone due:2026-02-01',
  detect,
  read,
};
