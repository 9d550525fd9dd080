import type { Detection, Dialect, ImportedItem, ImportedPlan, PlanSource, Unrecognised } from '../dialect.ts';
import {
  clip,
  given,
  listOf,
  named,
  objectOf,
  onlyFile,
  paragraphs,
  priorityOf,
  type Status,
  shown,
  textOf,
  timeOf,
  unique,
} from './fields.ts';
import { type Json, type JsonObject, readJson } from './json.ts';

const STATUSES: Readonly<Record<string, Status>> = {
  pending: 'open',
  todo: 'open',
  open: 'open',
  done: 'done',
  completed: 'done',
  complete: 'done',
  'in-progress': 'in-progress',
  review: 'in-progress',
  blocked: 'blocked',
  deferred: 'cancelled',
  cancelled: 'cancelled',
  canceled: 'cancelled',
};

/** Deeper subtasks are named as not understood. */
const DEPTH_LIMIT = 100;

/** A list of tasks with the name of its tag; null where the file has no tags. */
type Tag = { readonly name: string | null; readonly tasks: readonly Json[] };

const hasTitle = (json: Json): boolean => {
  const task = objectOf(json);
  return task?.has('id') === true && task.has('title') && !task.has('project_id');
};

/** What has an id and a title may be anything; a task says what it waits for, how it is done, or how far it is. */
const isTask = (json: Json): boolean => {
  const task = objectOf(json);
  if (task === null || !hasTitle(json)) return false;
  return (
    ['dependencies', 'subtasks', 'testStrategy', 'details'].some(name => task.has(name)) || statusIn(task) !== null
  );
};

/** A list that is called `tasks` may leave the status out. */
const isNamedTask = (json: Json): boolean => hasTitle(json) && objectOf(json)?.has('status') === false;

/** The status as this program says it; null for a word that no task has. */
function statusIn(task: JsonObject): Status | null {
  const word = textOf(task.get('status')).toLowerCase().replaceAll(/[ _]/g, '-');
  return (Object.hasOwn(STATUSES, word) ? STATUSES[word] : undefined) ?? null;
}

/** The lists of tasks in a tagged file, a file without tags, or a bare list. */
function tagsOf(json: Json): readonly Tag[] {
  if (Array.isArray(json.value)) return [{ name: null, tasks: json.value }];
  const root = objectOf(json);
  if (root === null) return [];
  if (Array.isArray(root.get('tasks')?.value)) return [{ name: null, tasks: listOf(root.get('tasks')) }];
  return [...root].flatMap(([name, tag]) => {
    const tasks = Array.isArray(tag.value) ? tag : objectOf(tag)?.get('tasks');
    return Array.isArray(tasks?.value) ? [{ name, tasks: listOf(tasks) }] : [];
  });
}

function detect(source: PlanSource): Detection {
  const none = (because: string): Detection => ({ score: 0, because });
  const file = onlyFile(source);
  if (file === null || !/^\s*[[{]/.test(file.text.slice(0, 1000))) return none('no JSON');
  const read = readJson(file.text);
  if (!read.ok) return none(`no JSON: line ${read.line}: ${read.problem}`);
  const tags = tagsOf(read.json);
  const tasks = tags.flatMap(tag => tag.tasks);
  if (tags.length === 0) return none('no list of tasks');
  if (tasks.length === 0)
    return { score: tags.some(tag => tag.name !== null) ? 0.5 : 0.2, because: 'an empty list of tasks' };
  const isNamed = Array.isArray(objectOf(read.json)?.get('tasks')?.value);
  const fit = tasks.filter(json => isTask(json) || (isNamed && isNamedTask(json))).length / tasks.length;
  if (fit < 0.5) return none('no tasks with id, title, and a status or dependencies');
  const known = tasks.some(task =>
    ['subtasks', 'testStrategy', 'dependencies'].some(name => objectOf(task)?.has(name)),
  );
  return { score: fit * (known ? 0.95 : 0.6), because: `${tasks.length} tasks with id and title` };
}

type Reading = {
  readonly tag: string | null;
  /** Id of the tag's stage, where there are several tags. */
  readonly stage: string | null;
  readonly prefix: string;
  readonly items: ImportedItem[];
  readonly ids: Set<string>;
  readonly waits: Map<string, { readonly path: string; readonly on: readonly string[] }>;
  readonly unrecognised: Unrecognised[];
};

function read(source: PlanSource): ImportedPlan {
  const json = readJson(onlyFile(source)?.text ?? '');
  if (!json.ok) return { items: [], unrecognised: [{ line: json.line, text: json.problem }] };
  const tags = tagsOf(json.json).filter((tag, _, all) => tag.tasks.length > 0 || all.length === 1);
  const plans = tags.map((tag, place) => readTag(tag, place, tags.length));
  return { items: plans.flatMap(plan => plan.items), unrecognised: plans.flatMap(plan => plan.unrecognised) };
}

function readTag({ name, tasks }: Tag, place: number, count: number): ImportedPlan {
  const stage = count > 1 && name !== null ? `tag:${name}` : null;
  // The first tag's numbers are its keys; those of another one are told apart by its name.
  const prefix = place === 0 ? '' : `${(name ?? '').replaceAll(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '')}-`;
  const reading: Reading = { tag: name, stage, prefix, items: [], ids: new Set(), waits: new Map(), unrecognised: [] };
  if (stage !== null && name !== null)
    reading.items.push({
      external_id: stage,
      key: null,
      kind: 'stage',
      title: name,
      status: 'open',
      parent: null,
      depends_on: [],
      line: tasks[0]?.line ?? 1,
    });
  for (const task of tasks) readTask(reading, task, '', 0);
  const items = reading.items.map(item => {
    const waits = reading.waits.get(item.external_id);
    return waits === undefined
      ? item
      : { ...item, depends_on: unique(waits.on.map(id => resolve(reading, waits.path, id))) };
  });
  return { items, unrecognised: reading.unrecognised };
}

const idOf = ({ tag }: Reading, path: string): string => (tag === null || tag === 'master' ? path : `${tag}/${path}`);

/** `parentPath` is empty for a task, `3` or `3.1` for a subtask of those. */
function readTask(reading: Reading, json: Json, parentPath: string, depth: number): void {
  const task = objectOf(json);
  const id = textOf(task?.get('id'));
  const title = textOf(task?.get('title')) || clip(textOf(task?.get('description')), 100);
  // Some versions write a subtask's whole number, others only its last part.
  const path = parentPath === '' || id.startsWith(`${parentPath}.`) ? id : `${parentPath}.${id}`;
  if (task === null || id === '' || title === '' || depth > DEPTH_LIMIT || reading.ids.has(path)) {
    reading.unrecognised.push({
      line: json.line,
      text: task !== null && reading.ids.has(path) ? `a second task ${path}: ${title}` : shown(json),
    });
    return;
  }
  reading.ids.add(path);
  const external_id = idOf(reading, path);
  reading.items.push({
    external_id,
    key: `${reading.prefix}${path}`,
    kind: 'task',
    title,
    status: statusOf(reading, task, path),
    parent: parentPath === '' ? reading.stage : idOf(reading, parentPath),
    depends_on: [],
    ...fieldsOf(task, title),
    line: json.line,
  });
  const waits = dependenciesOf(task);
  if (waits.length > 0) reading.waits.set(external_id, { path, on: waits });
  for (const subtask of listOf(task.get('subtasks'))) readTask(reading, subtask, path, depth + 1);
}

function statusOf(reading: Reading, task: JsonObject, path: string): Status {
  const status = statusIn(task);
  const word = textOf(task.get('status'));
  if (status === null && word !== '')
    reading.unrecognised.push({
      line: task.get('status')?.line ?? 1,
      text: `the status ${JSON.stringify(clip(word, 40))} of ${path}; taken as open`,
    });
  return status ?? 'open';
}

const fieldsOf = (task: JsonObject, title: string) => {
  const description = textOf(task.get('description'));
  const complexity = Number(textOf(task.get('complexity') ?? task.get('complexityScore')));
  return given({
    description: paragraphs(
      description === title ? '' : description,
      textOf(task.get('details')),
      named('Prompt', textOf(task.get('prompt'))),
    ),
    acceptance: paragraphs(textOf(task.get('acceptanceCriteria')), textOf(task.get('testStrategy'))),
    priority: priorityOf(textOf(task.get('priority'))),
    assignee: textOf(task.get('assignee')),
    tags: unique(
      listOf(task.get('tags'))
        .concat(listOf(task.get('labels')))
        .map(textOf),
    ),
    complexity: complexity >= 1 && complexity <= 10 ? Math.round(complexity) : undefined,
    created_at: timeOf(textOf(task.get('createdAt') ?? task.get('created'))),
    finished_at: timeOf(textOf(task.get('completedAt'))),
  });
};

const dependenciesOf = (task: JsonObject): readonly string[] =>
  listOf(task.get('dependencies')).map(json => textOf(objectOf(json)?.get('id') ?? json));

/** A subtask's dependency is a sibling by its number, a task or subtask by its whole number. What is neither stays as it stands. */
function resolve(reading: Reading, path: string, id: string): string {
  const parent = path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : '';
  const sibling = parent === '' ? id : `${parent}.${id}`;
  const found = sibling !== path && reading.ids.has(sibling) ? sibling : id;
  return idOf(reading, found);
}

/** Taskmaster's `tasks.json`: with tags, without them, or a bare list of tasks. */
export const taskmaster: Dialect = {
  name: 'taskmaster',
  title: 'Taskmaster tasks.json',
  looks_like: 'JSON: {"master": {"tasks": [{"id", "title", "status", "dependencies", "subtasks"}]}} or {"tasks": […]}',
  detect,
  read,
};
