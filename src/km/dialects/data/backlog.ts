import type {
  Detection,
  Dialect,
  ImportedItem,
  ImportedPlan,
  PlanSource,
  SourceFile,
  Unrecognised,
} from '../dialect.ts';
import { bodyFields } from './backlog-body.ts';
import { statusReader } from './backlog-status.ts';
import { parentsFirst } from './beads.ts';
import { clip, dateOf, given, priorityOf, timeOf, unique } from './fields.ts';
import { type FrontMatter, readFrontMatter, readYaml } from './front-matter.ts';

type Shelf = 'tasks' | 'completed' | 'archive' | 'drafts';
type Card = { readonly file: SourceFile; readonly shelf: Shelf; readonly front: FrontMatter; readonly id: string };

/** Where a task file lies: among the tasks, the completed ones, the archive, the drafts. */
function shelfOf(path: string): Shelf | null {
  if (!path.endsWith('.md')) return null;
  const folders = path.split('/').slice(0, -1);
  if (folders.length === 0) return 'tasks';
  const [above, folder] = [folders.at(-2), folders.at(-1)];
  if (above === 'archive' && (folder === 'tasks' || folder === 'drafts')) return 'archive';
  return folder === 'tasks' || folder === 'completed' || folder === 'drafts' || folder === 'archive' ? folder : null;
}

const ORDER: readonly Shelf[] = ['tasks', 'completed', 'drafts', 'archive'];

/** The task files; those among the tasks come first, in the order of their ids. */
function cardsOf(source: PlanSource): readonly Card[] {
  const cards = source.files.flatMap(file => {
    const shelf = source.kind === 'file' ? 'tasks' : shelfOf(file.path);
    // A task file in prose or in a fence is one when it has all three; a file of its own says so at its start.
    const front = shelf === null ? null : readFrontMatter(file.text, source.kind === 'folder');
    if (shelf === null || front === null) return [];
    const id = front.text('id') || idOfName(file.path);
    const isTask =
      id !== '' && (front.text('title') !== '' || front.text('status') !== '') && front.list('status').length < 2;
    return isTask && (front.text('status') !== '' || shelf === 'drafts') ? [{ file, shelf, front, id }] : [];
  });
  const byId = new Intl.Collator('en', { numeric: true });
  return cards.toSorted(
    (one, other) =>
      ORDER.indexOf(one.shelf) - ORDER.indexOf(other.shelf) ||
      byId.compare(one.id, other.id) ||
      byId.compare(one.file.path, other.file.path),
  );
}

/** `back-12 - Title.md` is the file of back-12. */
const idOfName = (path: string): string => /(?:^|\/)([A-Za-z][\w]*-\d+(?:\.\d+)*) - [^/]*\.md$/.exec(path)?.[1] ?? '';

const configOf = (source: PlanSource): SourceFile | null =>
  source.files.find(file => /(?:^|\/)(?:backlog\/|\.backlog\/)?(?:config|backlog\.config)\.ya?ml$/.test(file.path)) ??
  null;

function detect(source: PlanSource): Detection {
  const cards = cardsOf(source);
  if (cards.length === 0) return { score: 0, because: 'no file with an id and a status between lines of dashes' };
  const marked = cards.some(
    card => /<!-- (?:SECTION:|AC:)/.test(card.file.text) || card.front.text('created_date') !== '',
  );
  const isNamed = configOf(source) !== null || cards.some(card => idOfName(card.file.path) !== '');
  const score = marked && isNamed ? 0.95 : marked || isNamed ? 0.85 : 0.6;
  return { score, because: `${cards.length} files with an id and a status between lines of dashes` };
}

function read(source: PlanSource): ImportedPlan {
  const unrecognised: Unrecognised[] = [];
  const config = configOf(source);
  const statuses = config === null ? [] : listIn(config.text, 'statuses');
  const cards = new Map<string, Card>();
  for (const card of cardsOf(source)) {
    const id = card.id.toUpperCase();
    const first = cards.get(id);
    if (first === undefined) cards.set(id, card);
    else if (first.front.text('title') === card.front.text('title'))
      unrecognised.push({ line: 1, text: `a second task ${card.id}`, file: card.file.path });
    // Two branches that each made a task with the next number: both are tasks, references mean the first.
    else cards.set(`${id} (${card.file.path.split('/').at(-1)})`, card);
  }
  unrecognised.push(...strangers(source));
  const reading: Reading = {
    find: finder([...cards.keys()]),
    ids: new Set(cards.keys()),
    status: statusReader(statuses),
    stages: new Map(),
    source,
    unrecognised,
  };
  const items = [...cards].map(([id, card]) => itemOf(reading, id, card));
  return { items: [...reading.stages.values(), ...parentsFirst(items)], unrecognised };
}

type Reading = {
  /** The id of the source that a reference means, or the reference. */
  readonly find: (reference: string) => string;
  readonly ids: ReadonlySet<string>;
  readonly status: ReturnType<typeof statusReader>;
  readonly stages: Map<string, ImportedItem>;
  readonly source: PlanSource;
  readonly unrecognised: Unrecognised[];
};

const listIn = (yaml: string, name: string): readonly string[] => {
  const list = readYaml(yaml)?.get(name);
  return Array.isArray(list) ? list.filter(text => typeof text === 'string') : [];
};

/** Files that begin like a task among the tasks and have no id or status. */
function strangers(source: PlanSource): readonly Unrecognised[] {
  if (source.kind === 'file') return [];
  const known = new Set(cardsOf(source).map(card => card.file.path));
  return source.files
    .filter(
      file =>
        file.path.includes('/') &&
        shelfOf(file.path) !== null &&
        !known.has(file.path) &&
        readFrontMatter(file.text) !== null,
    )
    .map(file => ({ line: 1, text: 'no id or no status between the lines of dashes', file: file.path }));
}

/** A task is meant by its id in any case, or by its number when only one task has it: prefixes change. */
function finder(ids: readonly string[]): (reference: string) => string {
  const number = (id: string) => id.replace(/^.*?(?=\d)/, '').replaceAll(/(^|\.)0+(?=\d)/g, '$1');
  const byNumber = new Map<string, string | null>();
  for (const id of ids) byNumber.set(number(id), byNumber.has(number(id)) ? null : id);
  const all = new Set(ids);
  return reference => {
    const id = reference.toUpperCase();
    return all.has(id) ? id : (byNumber.get(number(id)) ?? reference);
  };
}

function itemOf(reading: Reading, id: string, { file, shelf, front, id: key }: Card): ImportedItem {
  const where = reading.source.kind === 'folder' ? { file: file.path } : {};
  const word = front.text('status');
  const read = reading.status(word);
  if (read === null && word !== '')
    reading.unrecognised.push({
      line: 2,
      text: `the status ${JSON.stringify(clip(word, 40))} of ${key}; taken as open`,
      ...where,
    });
  const status = read ?? 'open';
  const parent = parentOf(reading, id, front);
  const type = front.text('type');
  return {
    external_id: id,
    key,
    kind: 'task',
    title:
      front.text('title').replaceAll(/\s+/g, ' ') ||
      clip(/ - (.*)\.md$/.exec(file.path)?.[1]?.replaceAll('-', ' ') ?? key),
    // What was archived before it was done will not be done.
    status: shelf === 'archive' && status !== 'done' ? 'cancelled' : status,
    parent: parent ?? stageOf(reading, front.text('milestone'), where),
    depends_on: unique(front.list('dependencies').map(reading.find)).filter(other => other !== id),
    ...given({
      tags: unique([...front.list('labels'), type, shelf === 'drafts' ? 'draft' : '']),
      priority: priorityOf(front.text('priority')),
      assignee: front.list('assignee').join(', '),
      due: dateOf(front.text('due_date', 'dueDate')),
      links: unique([...front.list('references'), ...front.list('documentation')]),
      created_at: timeOf(front.text('created_date')),
      finished_at: timeOf(front.text('completed_date') || (status === 'done' ? front.text('updated_date') : '')),
    }),
    ...bodyFields(front.body, timeOf(front.text('updated_date')) ?? null),
    line: front.line,
    ...where,
  };
}

/** The task that it names as its parent, else the one whose id is its own without the last number. */
function parentOf({ find, ids }: Reading, id: string, front: FrontMatter): string | null {
  const named = front.text('parent_task_id', 'parent');
  if (named !== '') return find(named);
  const dotted = id.includes('.') ? find(id.slice(0, id.lastIndexOf('.'))) : '';
  return ids.has(dotted) ? dotted : null;
}

/** A milestone is a stage; its title stands in a file of its own where the task names it by an id. */
function stageOf(reading: Reading, milestone: string, where: { readonly file?: string }): string | null {
  if (milestone === '') return null;
  const external_id = `milestone:${milestone}`;
  if (!reading.stages.has(external_id)) {
    const file = reading.source.files.find(
      ({ path }) =>
        /(?:^|\/)milestones\//.test(path) &&
        path.split('/').at(-1)?.toLowerCase().startsWith(`${milestone.toLowerCase()} `),
    );
    const title = file === undefined ? '' : (readFrontMatter(file.text)?.text('title') ?? '');
    const stage = {
      external_id,
      key: null,
      kind: 'stage',
      status: 'open',
      parent: null,
      depends_on: [],
      line: 1,
    } as const;
    reading.stages.set(external_id, { ...stage, title: title || milestone, ...where });
  }
  return external_id;
}

/** A Backlog.md folder, or one of its task files. */
export const backlog: Dialect = {
  name: 'backlog',
  title: 'Backlog.md',
  looks_like:
    'a folder backlog/tasks with files such as "task-1 - Title.md", each with id, title and status between two lines of dashes',
  detect,
  read,
};
