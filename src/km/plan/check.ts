import { anchorsOf } from './anchors.ts';
import type { PlanDocument, PlanStage, PlanTask } from './document.ts';
import { parsePlan } from './parse.ts';
import type { PlanProblem } from './plan.ts';
import { boxClass, chunkOf, readPriority, readRole, readValues } from './values.ts';

/** The files beside the plan; paths are relative to the project's root. */
export type PlanFiles = {
  exists(relativePath: string): boolean;
  read(relativePath: string): string | null;
};

const problem = (line: number, level: PlanProblem['level'], message: string, hint: string): PlanProblem => ({
  line: line + 1,
  level,
  message,
  hint,
});

/** Looks for what is wrong in a plan (`error`: it cannot be taken over as it is) or doubtful, in the order of its lines. */
export function checkPlan(text: string, files: PlanFiles): readonly PlanProblem[] {
  const document = parsePlan(text);
  const problems = [
    ...document.markers.map(line =>
      problem(line, 'error', 'A merge conflict marker.', 'Resolve the merge in your editor.'),
    ),
    ...document.duplicates.map(({ key, first, second }) =>
      problem(second, 'error', `${key} is the key of line ${first + 1} already.`, 'Give one of the two another key.'),
    ),
    ...checkDependencies(document),
    ...checkFields(document),
    ...document.stages.flatMap(stage => checkStage(document, stage)),
    ...checkLinks(document, files),
    ...document.unrecognised.map(line =>
      problem(line, 'warning', 'This check box belongs to no task.', 'Give it a key: - [ ] **S1.1 – Title**'),
    ),
  ];
  return problems.toSorted((one, other) => one.line - other.line);
}

function checkDependencies(document: PlanDocument): readonly PlanProblem[] {
  const tasks = new Map(document.tasks.map(task => [task.key, task]));
  const stages = new Set(document.stages.map(stage => stage.key));
  const depends = new Map(document.tasks.map(task => [task.key, readValues(document, task).depends_on]));
  const lineOf = (task: PlanTask) => chunkOf(task, 'depends_on')?.line ?? task.line;
  const nothing = document.tasks.flatMap(task =>
    (depends.get(task.key) ?? [])
      .filter(key => !tasks.has(key) && !stages.has(key))
      .map(key =>
        problem(
          lineOf(task),
          'error',
          `${task.key} depends on ${key}, which is not in this plan.`,
          'Write that task, or take the key out.',
        ),
      ),
  );
  const cycles = findCycles(depends).flatMap(cycle => {
    const task = tasks.get(cycle[0] ?? '');
    const hint = 'Take one of these dependencies out.';
    return task === undefined
      ? []
      : [problem(lineOf(task), 'error', `These tasks wait for each other: ${[...cycle, cycle[0]].join(' → ')}.`, hint)];
  });
  return [...nothing, ...cycles];
}

/** Every cycle that a walk along the dependencies meets, each once, without recursion: chains can be long. */
function findCycles(depends: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const finished = new Set<string>();
  const cycles: string[][] = [];
  for (const start of depends.keys()) {
    const way: { key: string; next: number }[] = finished.has(start) ? [] : [{ key: start, next: 0 }];
    const onWay = new Set(way.map(step => step.key));
    for (let step = way.at(-1); step !== undefined; step = way.at(-1)) {
      const key = depends.get(step.key)?.[step.next];
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

function checkFields(document: PlanDocument): readonly PlanProblem[] {
  return document.tasks.flatMap(task => {
    const [priority, role, status] = [chunkOf(task, 'priority'), chunkOf(task, 'role'), chunkOf(task, 'status')];
    const said = status === null ? null : saidStatus(status.value);
    const is = boxClass(task.box);
    return [
      ...(chunkOf(task, 'created') === null
        ? [
            problem(
              task.line,
              'warning',
              `${task.key} has no Created line.`,
              'Add: - **Created:** `2026-01-31T09:00:00Z` by `name`',
            ),
          ]
        : []),
      ...(priority !== null && readPriority(priority.value) === null
        ? [problem(priority.line, 'warning', `"${priority.value}" is no priority.`, 'Give 0 (most urgent) to 4.')]
        : []),
      ...(role !== null && readRole(role.value) === null && !/^none$/i.test(role.value)
        ? [
            problem(
              role.line,
              'warning',
              `"${role.value}" is no role.`,
              'Roles: manager, coder, tester, researcher, writer.',
            ),
          ]
        : []),
      ...(status !== null && said !== null && said !== is
        ? [
            problem(
              status.line,
              'warning',
              `${task.key} says ${said}, its box says ${is}.`,
              'The box counts; correct the line.',
            ),
          ]
        : []),
    ];
  });
}

/** What a Status line says: a word, or the ticked one of several. Null when it says nothing clear. */
function saidStatus(value: string): 'open' | 'done' | 'cancelled' | null {
  const boxes = [...value.matchAll(/\[([ xX])\]\s*([\p{L} -]+)/gu)];
  const ticked = boxes.filter(box => box[1] !== ' ');
  const words = boxes.length === 0 ? value : ticked.length === 1 ? (ticked[0]?.[2] ?? '') : '';
  const plain = words.replace(/[`*]/g, '').trim().toLowerCase();
  if (/^(?:done|complete|finished)/.test(plain)) return 'done';
  if (/^cancell?ed/.test(plain)) return 'cancelled';
  return /^(?:not started|not done|open|to ?do|pending|in[ -]progress|blocked)/.test(plain) ? 'open' : null;
}

function checkStage(document: PlanDocument, stage: PlanStage): readonly PlanProblem[] {
  const line = stage.heading ?? stage.item?.line ?? 0;
  const empty = document.tasks.some(task => task.parent === stage.key)
    ? []
    : [
        problem(
          line,
          'warning',
          `Stage ${stage.key} has no tasks.`,
          `Add one below its heading: - [ ] **${stage.key}.1 – Title**`,
        ),
      ];
  const from = stage.heading ?? 0;
  const first = document.tasks.find(task => task.line > from)?.line ?? document.lines.length;
  const status = document.lines.findIndex(
    (text, index) =>
      index > from && index < Math.min(first, stage.end ?? 0) && /^\*\*Status(?::\*\*|\*\*:)/i.test(text.text),
  );
  const said =
    status < 0 ? null : saidStatus((document.lines[status]?.text ?? '').replace(/^\*\*Status(?::\*\*|\*\*:)/i, ''));
  const is = stage.item === null ? null : boxClass(stage.item.box);
  if (said === null || is === null || said === is) return empty;
  const hint = 'The box counts; correct the line.';
  return [
    ...empty,
    problem(status, 'warning', `Stage ${stage.key} says ${said}, its box in the roadmap says ${is}.`, hint),
  ];
}

function checkLinks(document: PlanDocument, files: PlanFiles): readonly PlanProblem[] {
  const anchors = new Map<string, ReadonlySet<string> | null>();
  const known = (file: string) => {
    const cached = anchors.get(file);
    if (cached !== undefined) return cached;
    const text = files.exists(file) ? files.read(file) : null;
    const found = text === null ? null : anchorsOf(text);
    anchors.set(file, found);
    return found;
  };
  return document.lines.flatMap((line, index) => {
    if (line.kind !== 'text') return [];
    return [...line.text.matchAll(/\b(research|issues)\.md#([\p{L}\p{N}\p{M}_-]+)/giu)].flatMap(match => {
      const file = `${match[1]?.toLowerCase()}.md`;
      const there = known(file);
      if (there === null)
        return [
          problem(
            index,
            'warning',
            `${file} is not there (link to #${match[2]}).`,
            `Write ${file}, or take the link out.`,
          ),
        ];
      if (there.has(match[2] ?? '')) return [];
      return [
        problem(index, 'warning', `${file} has no heading for #${match[2]}.`, 'Correct the link, or add the heading.'),
      ];
    });
  });
}
