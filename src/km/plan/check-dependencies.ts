import type { CheckContext } from './check-problem.ts';
import { problem } from './check-problem.ts';
import type { FieldName, PlanDocument, PlanTask } from './document.ts';
import type { PlanProblem } from './plan.ts';
import { chunkOf, readValues, TIES } from './values.ts';

const WORDS = {
  depends_on: ['error', 'depends on'],
  related: ['warning', 'is related to'],
  discovered_from: ['warning', 'was discovered from'],
} as const;

/** Ties to tasks that are nowhere, and circles of tasks that wait for each other. */
export function checkDependencies(document: PlanDocument, context: CheckContext): readonly PlanProblem[] {
  const tasks = new Map(document.tasks.map(task => [task.key, task]));
  const stages = new Set(document.stages.map(stage => stage.key));
  const isThere = (key: string) =>
    tasks.has(key) || stages.has(key) || context.others?.has(key) === true || context.known?.has(key) === true;
  const values = new Map(document.tasks.map(task => [task.key, readValues(document, task)]));
  const nothing = document.tasks.flatMap(task =>
    TIES.flatMap(name =>
      (values.get(task.key)?.[name] ?? [])
        .filter(key => !isThere(key))
        .map(key => {
          const [level, verb] = WORDS[name];
          const message = `${task.key} ${verb} ${key}, which is not in this plan.`;
          return problem(lineOf(task, name), level, message, 'Write that task, or take the key out.');
        }),
    ),
  );
  const waits = new Map(document.tasks.map(task => [task.key, [...(values.get(task.key)?.depends_on ?? [])]]));
  for (const stage of stages) if (!waits.has(stage)) waits.set(stage, []);
  // A parent is not done before its children are.
  for (const { key, parent } of document.tasks) if (parent !== null) waits.get(parent)?.push(key);
  const cycles = findCycles(waits).flatMap(cycle => {
    const task = cycle
      .map(key => tasks.get(key))
      .find(found => found !== undefined && chunkOf(found, 'depends_on') !== null);
    const message = `These tasks wait for each other: ${[...cycle, cycle[0]].join(' → ')}.`;
    return task === undefined
      ? []
      : [problem(lineOf(task, 'depends_on'), 'error', message, 'Take one of these dependencies out.')];
  });
  return [...nothing, ...cycles];
}

const lineOf = (task: PlanTask, name: FieldName): number => chunkOf(task, name)?.line ?? task.line;

/** Every cycle that a walk along "waits for" meets, each once, without recursion: chains can be long. */
function findCycles(waits: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const finished = new Set<string>();
  const cycles: string[][] = [];
  for (const start of waits.keys()) {
    const way: { key: string; next: number }[] = finished.has(start) ? [] : [{ key: start, next: 0 }];
    const onWay = new Set(way.map(step => step.key));
    for (let step = way.at(-1); step !== undefined; step = way.at(-1)) {
      const key = waits.get(step.key)?.[step.next];
      step.next += 1;
      if (key === undefined) {
        finished.add(step.key);
        onWay.delete(step.key);
        way.pop();
      } else if (onWay.has(key))
        cycles.push(way.slice(way.findIndex(other => other.key === key)).map(other => other.key));
      else if (!finished.has(key)) {
        way.push({ key, next: 0 });
        onWay.add(key);
      }
    }
  }
  return cycles;
}
