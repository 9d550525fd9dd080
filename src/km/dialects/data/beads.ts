import type {
  Detection,
  Dialect,
  ImportedItem,
  ImportedNote,
  ImportedPlan,
  PlanSource,
  SourceFile,
  Unrecognised,
} from '../dialect.ts';
import {
  clip,
  given,
  listOf,
  named,
  objectOf,
  onlyFile,
  paragraphs,
  type Status,
  shown,
  textOf,
  textsOf,
  timeOf,
  unique,
} from './fields.ts';
import type { Json, JsonObject } from './json.ts';
import { readRecords, sampleRecords } from './records.ts';

const STATUSES: Readonly<Record<string, Status>> = {
  open: 'open',
  pinned: 'open',
  in_progress: 'in-progress',
  hooked: 'in-progress',
  blocked: 'blocked',
  closed: 'done',
  deferred: 'cancelled',
  tombstone: 'cancelled',
};

/** Relations that hold an issue back; those that only tell where to look are related. */
const BLOCKING: readonly string[] = ['', 'blocks', 'blocked-by', 'conditional-blocks', 'waits-for'];

/** The issues of a folder, or the file itself. */
function issuesFile(source: PlanSource): SourceFile | null {
  if (source.kind === 'file') return onlyFile(source);
  const lists = source.files.filter(
    file => file.path.endsWith('.jsonl') && /(?:^|\/)\.beads\/|^[^/]+$/.test(file.path),
  );
  return (
    lists.find(file => file.path.endsWith('issues.jsonl')) ??
    lists.find(file => file.path.endsWith('beads.jsonl')) ??
    null
  );
}

const isIssue = (json: Json): boolean => {
  const issue = objectOf(json);
  if (issue?.has('id') !== true || !issue.has('title') || issue.has('project_id')) return false;
  if (issue.has('issue_type') || textOf(issue.get('_type')) === 'issue') return true;
  return issue.has('status') && (issue.has('created_at') || issue.has('priority'));
};

/** A short issue as people write it by hand: only on a line of its own, for a list of these may be anything. */
const isShortIssue = (json: Json): boolean => {
  const issue = objectOf(json);
  return issue?.has('id') === true && issue.has('title') && statusIn(issue) !== null;
};

function statusIn(issue: JsonObject): Status | null {
  const word = textOf(issue.get('status')).toLowerCase().replaceAll('-', '_');
  return (Object.hasOwn(STATUSES, word) ? STATUSES[word] : undefined) ?? null;
}

function detect(source: PlanSource): Detection {
  const file = issuesFile(source);
  const sample = file === null ? [] : sampleRecords(file.text).filter(json => !isOther(json));
  const isLines = /^[\uFEFF\s]*\{/.test(file?.text.slice(0, 1000) ?? '');
  const issues = sample.filter(json => isIssue(json) || (isLines && isShortIssue(json)));
  const fit = sample.length === 0 ? 0 : issues.length / sample.length;
  if (fit < 0.5) return { score: 0, because: 'no issues with id, title and issue_type' };
  const typed = sample.some(json => objectOf(json)?.has('issue_type'));
  return { score: fit * (typed ? 0.95 : 0.7), because: 'objects with id, title, status and issue_type' };
}

/** A line of the file that is no issue at all: a memory, a setting. */
const isOther = (json: Json): boolean => {
  const type = textOf(objectOf(json)?.get('_type'));
  return type !== '' && type !== 'issue';
};

function read(source: PlanSource): ImportedPlan {
  const file = issuesFile(source);
  const { records, unrecognised } = readRecords(file?.text ?? '');
  const where = source.kind === 'folder' && file !== null ? { file: file.path } : {};
  const bad: Unrecognised[] = unrecognised.map(line => ({ ...line, ...where }));
  const issues = new Map<string, Json>();
  for (const json of records) {
    const issue = objectOf(json);
    const id = textOf(issue?.get('id'));
    if (issue === null || id === '' || textOf(issue.get('title')) === '' || issues.has(id) || isOther(json))
      bad.push({ line: json.line, text: shown(json), ...where });
    else issues.set(id, json);
  }
  const items = [...issues].flatMap(([id, json]) => {
    const issue = objectOf(json);
    return issue === null ? [] : [{ ...itemOf(id, issue, issues, bad, where), line: json.line, ...where }];
  });
  return { items: parentsFirst(items), unrecognised: bad };
}

function itemOf(
  id: string,
  issue: JsonObject,
  issues: ReadonlyMap<string, Json>,
  bad: Unrecognised[],
  where: { readonly file?: string },
): ImportedItem {
  const ties = tiesOf(issue);
  const of = (wanted: (kind: string) => boolean) =>
    unique(ties.filter(tie => wanted(tie.kind) && tie.id !== id).map(tie => tie.id));
  const dotted = id.includes('.') ? id.slice(0, id.lastIndexOf('.')) : '';
  const inside = textOf(issue.get('parent') ?? issue.get('parent_id'));
  const parent =
    of(kind => kind === 'parent-child')[0] ??
    (inside !== '' && inside !== id ? inside : null) ??
    (issues.has(dotted) ? dotted : null);
  const line = issue.get('id')?.line ?? 1;
  const status = statusIn(issue);
  const word = textOf(issue.get('status'));
  if (status === null && word !== '')
    bad.push({ line, text: `the status ${JSON.stringify(clip(word, 40))} of ${id}; taken as open`, ...where });
  return {
    external_id: id,
    key: id,
    kind: 'task',
    title: textOf(issue.get('title')).replaceAll(/\s+/g, ' '),
    // A cancelled issue is closed there, with that as its reason.
    status:
      status === 'done' && /^cancell?ed\.?$/i.test(textOf(issue.get('close_reason')))
        ? 'cancelled'
        : (status ?? 'open'),
    parent,
    depends_on: of(kind => BLOCKING.includes(kind)).filter(other => other !== parent),
    ...given({
      related: unique([
        ...of(kind => ![...BLOCKING, 'parent-child', 'discovered-from'].includes(kind)),
        ...textsOf(issue.get('related')),
      ]),
      discovered_from: of(kind => kind === 'discovered-from'),
    }),
    ...fieldsOf(issue),
    line,
  };
}

/** `{depends_on_id, type}` as the file has it, or `{id, dependency_type}` as `bd list --json` prints it. */
const tiesOf = (issue: JsonObject): readonly { readonly id: string; readonly kind: string }[] =>
  listOf(issue.get('dependencies')).map(json => {
    const tie = objectOf(json);
    if (tie === null) return { id: textOf(json), kind: 'blocks' };
    return {
      id: textOf(tie.get('depends_on_id') ?? tie.get('id')),
      kind: textOf(tie.get('type') ?? tie.get('dependency_type')),
    };
  });

function fieldsOf(issue: JsonObject) {
  const type = textOf(issue.get('issue_type'));
  const priority = issue.get('priority')?.value;
  return given({
    description: paragraphs(textOf(issue.get('description')), named('Design', textOf(issue.get('design')))),
    acceptance: textOf(issue.get('acceptance_criteria')),
    priority:
      typeof priority === 'number' && Number.isInteger(priority) && priority >= 0 && priority <= 4
        ? priority
        : undefined,
    tags: unique([...textsOf(issue.get('labels')), type === 'task' ? '' : type]),
    assignee: textOf(issue.get('assignee')),
    due: timeOf(textOf(issue.get('due_at'))),
    links: textsOf(issue.get('external_ref')),
    created_at: timeOf(textOf(issue.get('created_at'))),
    finished_at: timeOf(textOf(issue.get('closed_at') ?? issue.get('deleted_at'))),
    notes: notesOf(issue),
  });
}

function notesOf(issue: JsonObject): readonly ImportedNote[] {
  const time = (name: string) => timeOf(textOf(issue.get(name))) ?? null;
  const comments = listOf(issue.get('comments')).map(json => {
    const comment = objectOf(json);
    return {
      at: timeOf(textOf(comment?.get('created_at'))) ?? null,
      agent: textOf(comment?.get('author')) || null,
      text: textOf(comment?.get('text')),
    };
  });
  const closed = textOf(issue.get('close_reason') ?? issue.get('delete_reason'));
  return [
    { at: time('updated_at'), agent: null, text: textOf(issue.get('notes')) },
    ...comments,
    { at: time('closed_at') ?? time('deleted_at'), agent: null, text: closed === '' ? '' : `Closed: ${closed}` },
  ].filter(note => note.text !== '');
}

/** The same items, each after the one it stands in. */
export function parentsFirst(items: readonly ImportedItem[]): readonly ImportedItem[] {
  const byId = new Map(items.map(item => [item.external_id, item]));
  const placed = new Set<string>();
  const sorted: ImportedItem[] = [];
  for (const item of items) {
    const line: ImportedItem[] = [];
    const seen = new Set<string>();
    for (
      let at: ImportedItem | undefined = item;
      at !== undefined && !placed.has(at.external_id);
      at = byId.get(at.parent ?? '')
    ) {
      // Items that stand in each other: the import says so.
      if (seen.has(at.external_id)) break;
      seen.add(at.external_id);
      line.unshift(at);
    }
    for (const one of line) {
      if (placed.has(one.external_id)) continue;
      placed.add(one.external_id);
      sorted.push(one);
    }
  }
  return sorted;
}

/** The issues that `bd` keeps in git. */
export const beads: Dialect = {
  name: 'beads',
  title: 'beads issues',
  looks_like:
    'a .beads folder, or JSON with one issue on each line: {"id", "title", "status", "priority", "issue_type"}',
  detect,
  read,
};
