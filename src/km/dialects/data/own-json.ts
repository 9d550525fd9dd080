import { ROLES } from '../../../core/task.ts';
import type { Detection, Dialect, ImportedItem, ImportedPlan, PlanSource, Unrecognised } from '../dialect.ts';
import { parentsFirst } from './beads.ts';
import { given, listOf, objectOf, onlyFile, type Status, shown, textOf, timeOf, unique } from './fields.ts';
import { type Json, type JsonObject, readJson } from './json.ts';

const STATUSES: Readonly<Record<string, Status>> = {
  pending: 'open',
  'in-progress': 'in-progress',
  done: 'done',
  blocked: 'blocked',
  cancelled: 'cancelled',
};

const isTask = (json: Json): boolean => {
  const task = objectOf(json);
  return task !== null && ['key', 'title', 'status', 'depends_on'].every(name => task.has(name));
};

function tasksOf(source: PlanSource): readonly Json[] {
  const read = readJson(onlyFile(source)?.text ?? '');
  if (!read.ok) return [];
  return Array.isArray(read.json.value) ? read.json.value : listOf(objectOf(read.json)?.get('tasks'));
}

function detect(source: PlanSource): Detection {
  if (!/^[\uFEFF\s]*[[{]/.test(onlyFile(source)?.text.slice(0, 1000) ?? '')) return { score: 0, because: 'no JSON' };
  const tasks = tasksOf(source);
  const fit = tasks.length === 0 ? 0 : tasks.filter(isTask).length / tasks.length;
  return fit < 0.5
    ? { score: 0, because: 'no tasks with key, status and depends_on' }
    : { score: fit, because: 'tasks with key, status and depends_on' };
}

function read(source: PlanSource): ImportedPlan {
  const items = new Map<string, ImportedItem>();
  const unrecognised: Unrecognised[] = [];
  for (const json of tasksOf(source)) {
    const task = objectOf(json);
    const key = textOf(task?.get('key'));
    if (task === null || key === '' || textOf(task.get('title')) === '' || items.has(key))
      unrecognised.push({ line: json.line, text: shown(json) });
    else items.set(key, itemOf(task, key, json.line));
  }
  return { items: parentsFirst([...items.values()]), unrecognised };
}

function itemOf(task: JsonObject, key: string, line: number): ImportedItem {
  const word = textOf(task.get('status'));
  const texts = (name: string) => unique(listOf(task.get(name)).map(textOf));
  const whole = (name: string, from: number, to: number) => {
    const value = task.get(name)?.value;
    return typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to ? value : undefined;
  };
  const role = textOf(task.get('role'));
  return {
    external_id: key,
    key,
    kind: textOf(task.get('kind')) === 'stage' ? 'stage' : 'task',
    title: textOf(task.get('title')),
    status: (Object.hasOwn(STATUSES, word) ? STATUSES[word] : undefined) ?? 'open',
    parent: textOf(task.get('parent')) || null,
    depends_on: texts('depends_on'),
    ...given({
      related: texts('related'),
      discovered_from: texts('discovered_from'),
      description: textOf(task.get('description')),
      acceptance: textOf(task.get('acceptance')),
      checklist: listOf(task.get('checklist')).flatMap(json => {
        const text = textOf(objectOf(json)?.get('text'));
        return text === '' ? [] : [{ text, done: objectOf(json)?.get('done')?.value === true }];
      }),
      links: texts('links'),
      tags: texts('tags'),
      checks: texts('checks'),
      priority: whole('priority', 0, 4),
      complexity: whole('complexity', 1, 10),
      role: ROLES.find(name => name === role),
      assignee: textOf(task.get('assignee')),
      due: timeOf(textOf(task.get('due'))) === undefined ? undefined : textOf(task.get('due')),
      created_at: timeOf(textOf(task.get('created_at'))),
      finished_at: timeOf(textOf(task.get('finished_at'))),
      notes: listOf(task.get('notes')).flatMap(json => {
        const note = objectOf(json);
        const text = textOf(note?.get('text'));
        return text === ''
          ? []
          : [{ at: timeOf(textOf(note?.get('at'))) ?? null, agent: textOf(note?.get('agent')) || null, text }];
      }),
    }),
    line,
  };
}

/** Tasks as `task list --json` and `plan export --to json` print them. */
export const ownJson: Dialect = {
  name: 'json',
  title: 'llmclis JSON',
  looks_like: 'JSON: {"tasks": [{"key", "title", "status", "depends_on", …}]}, as plan export --to json writes it',
  detect,
  read,
};
