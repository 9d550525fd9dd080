import type {
  Detection,
  Dialect,
  ImportedItem,
  ImportedNote,
  ImportedPlan,
  PlanSource,
  Unrecognised,
} from '../dialect.ts';
import {
  dateOf,
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
  textsOf,
  timeOf,
} from './fields.ts';
import type { Json, JsonObject } from './json.ts';
import { readRecords, sampleRecords } from './records.ts';

const STATUSES: Readonly<Record<string, Status>> = {
  pending: 'open',
  waiting: 'open',
  recurring: 'open',
  completed: 'done',
  deleted: 'cancelled',
};

/** Fields that have a place of their own, or that Taskwarrior makes itself. */
const KNOWN: readonly string[] = [
  ...[
    'id',
    'uuid',
    'description',
    'status',
    'project',
    'tags',
    'priority',
    'annotations',
    'depends',
    'entry',
    'end',
    'due',
    'start',
  ],
  ...['modified', 'urgency', 'mask', 'imask', 'parent', 'rtype', 'template', 'last'],
];

const isTask = (json: Json): boolean => {
  const task = objectOf(json);
  return task?.has('uuid') === true && task.has('description');
};

function detect(source: PlanSource): Detection {
  const file = onlyFile(source);
  const sample = file === null ? [] : sampleRecords(file.text);
  const fit = sample.length === 0 ? 0 : sample.filter(isTask).length / sample.length;
  return fit < 0.5
    ? { score: 0, because: 'no objects with uuid and description' }
    : { score: fit * 0.95, because: 'objects with uuid, description and status' };
}

function read(source: PlanSource): ImportedPlan {
  const { records, unrecognised } = readRecords(onlyFile(source)?.text ?? '');
  const bad: Unrecognised[] = [...unrecognised];
  const tasks = new Map<string, ImportedItem>();
  const stages = new Map<string, ImportedItem>();
  for (const json of records) {
    const task = objectOf(json);
    const uuid = textOf(task?.get('uuid')).toLowerCase();
    const [title = '', ...more] = textOf(task?.get('description')).split(/\r?\n/);
    if (task === null || uuid === '' || title.trim() === '' || tasks.has(uuid)) {
      bad.push({ line: json.line, text: shown(json) });
      continue;
    }
    const stage = stageOf(stages, textOf(task.get('project')), json.line);
    tasks.set(uuid, {
      external_id: uuid,
      key: null,
      kind: 'task',
      title: title.trim(),
      status: statusOf(task, bad),
      parent: stage,
      depends_on: textsOf(task.get('depends')).map(id => id.toLowerCase()),
      ...fieldsOf(task, more.join('\n')),
      line: json.line,
    });
  }
  return { items: [...stages.values(), ...tasks.values()], unrecognised: bad };
}

/** A project is a stage. */
function stageOf(stages: Map<string, ImportedItem>, project: string, line: number): string | null {
  if (project === '') return null;
  const external_id = `project:${project}`;
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

function statusOf(task: JsonObject, bad: Unrecognised[]): Status {
  const word = textOf(task.get('status')).toLowerCase();
  const status = Object.hasOwn(STATUSES, word) ? STATUSES[word] : undefined;
  if (status === undefined && word !== '')
    bad.push({ line: task.get('status')?.line ?? 1, text: `the status ${JSON.stringify(word)}; taken as open` });
  return (status ?? 'open') === 'open' && textOf(task.get('start')) !== '' ? 'in-progress' : (status ?? 'open');
}

/** `20180914T103257Z`, or seconds since 1970 as old exports have them. */
const moment = (json: Json | undefined): string | undefined => {
  const text = textOf(json);
  return /^\d{9,11}$/.test(text) ? timeOf(new Date(Number(text) * 1000).toISOString()) : timeOf(text);
};

function fieldsOf(task: JsonObject, more: string) {
  const others = [...task].flatMap(([name, json]) => {
    if (KNOWN.includes(name)) return [];
    const text = textOf(json);
    return [named(name, dateOf(text) ?? text)];
  });
  const parent = textOf(task.get('parent')).toLowerCase();
  return given({
    description: paragraphs(more, ...others),
    tags: textsOf(task.get('tags')),
    priority: priorityOf(textOf(task.get('priority'))),
    due: moment(task.get('due')),
    created_at: moment(task.get('entry')),
    finished_at: moment(task.get('end')),
    related: parent === '' ? [] : [parent],
    notes: listOf(task.get('annotations')).flatMap(noteOf),
  });
}

function noteOf(json: Json): readonly ImportedNote[] {
  const text = textOf(objectOf(json)?.get('description'));
  return text === '' ? [] : [{ at: moment(objectOf(json)?.get('entry')) ?? null, agent: null, text }];
}

/** What `task export` prints. */
export const taskwarrior: Dialect = {
  name: 'taskwarrior',
  title: 'Taskwarrior export',
  looks_like: 'JSON, a list or one object on each line: {"uuid", "description", "status", "entry"}',
  detect,
  read,
};
