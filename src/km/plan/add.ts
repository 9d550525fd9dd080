import { type Between, besideEdit, inSection, type Place, sectionPlace, type TopTasks, topTasks } from './add-place.ts';
import type { Box, PlanDocument } from './document.ts';
import { insertAfter, layoutOf, type TextEdit } from './edit.ts';
import { stepLines } from './edit-checklist.ts';
import { asField, indented } from './edit-text.ts';
import { linkLines } from './edit-words.ts';
import { BOX_CHARACTERS, taskHead } from './heads.ts';
import { oneLine } from './notes.ts';
import { inlineCode, printTitle, renderField } from './render.ts';
import { tasksByKey } from './side.ts';
import { checklistOf } from './steps.ts';
import { NO_VALUES, type PlanValues } from './values.ts';
import { safeLines } from './written.ts';

/** A task that the file does not have yet. */
export type AddedTask = {
  readonly key: string;
  readonly parent: string | null;
  readonly box: Box;
  readonly values: PlanValues;
  readonly created_at: string;
  readonly created_by: string;
  /** One line each. */
  readonly notes: readonly string[];
  readonly between?: Between;
};
export type AddedStage = { readonly key: string; readonly title: string; readonly box: Box };

const VALUE_ORDER = [
  'depends_on',
  'related',
  'discovered_from',
  'priority',
  'complexity',
  'queue',
  'assignee',
  'due',
  'role',
  'tags',
  'checks',
  'protect',
  'allow',
  'private',
] as const;

/** Can a task be written so that it is read back under the same key? */
export const isWritable = (key: string, title: string): boolean =>
  taskHead(`**${key} – ${printTitle(title)}**`)?.key === key && printTitle(title) !== '';

/** Key and title; a title with bold words in it stands behind the stars, where it keeps its own. */
function printHead(key: string, title: string): string {
  const whole = oneLine(title);
  const beside = `**${key}** – ${whole}`;
  const head = printTitle(title) === whole ? null : taskHead(beside);
  return head?.key === key && head.title === whole ? beside : `**${key} – ${printTitle(title)}**`;
}

type Children = ReadonlyMap<string | null, readonly AddedTask[]>;

/** The lines of a new task and of the new tasks nested in it. */
function taskLines(task: AddedTask, children: Children, indent: string): readonly string[] {
  const inner = `${indent}  `;
  const layout = { indent: inner, marker: '-', step: '  ' };
  const { values } = task;
  const said = VALUE_ORDER.filter(name => JSON.stringify(values[name]) !== JSON.stringify(NO_VALUES[name]));
  return [
    `${indent}- [${BOX_CHARACTERS[task.box]}] ${printHead(task.key, values.title)}`,
    ...textLines('Description', values.description, inner),
    ...textLines('Acceptance', values.acceptance, inner),
    `${inner}- **Created:** ${inlineCode(task.created_at)} by ${inlineCode(oneLine(task.created_by))}`,
    ...said.flatMap(name => {
      const field = renderField(name, values[name], layout);
      return field === null ? [] : [`${inner}- **${field.label}:** ${field.inline}`.trimEnd(), ...field.nested];
    }),
    ...listLines(
      'Checklist',
      inner,
      checklistOf(values.checklist).flatMap(step => stepLines(step, below(inner))),
    ),
    ...listLines(
      'Links',
      inner,
      values.links.flatMap(link => linkLines(link, below(inner))),
    ),
    ...listLines(
      'Notes',
      inner,
      task.notes.map(note => `${inner}  - ${oneLine(note)}`),
    ),
    ...(children.get(task.key) ?? []).flatMap(other => taskLines(other, children, inner)),
  ];
}

const below = (indent: string) => ({ indent: `${indent}  `, marker: '-' });

function textLines(label: string, text: string, indent: string): readonly string[] {
  if (text === '') return [];
  const [first = '', ...more] = asField(safeLines(text));
  return [`${indent}- **${label}:** ${first}`.trimEnd(), ...more.map(indented(`${indent}  `))];
}

const listLines = (label: string, indent: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`${indent}- **${label}:**`, ...lines];

/**
 * Writes new tasks: between two that it stands between, else a task with a parent in its block, else at the end of its stage's section, else in a `Tasks` section
 * before the Done log (made when it is missing). New stages get a heading there and a line in the roadmap.
 */
export function addTasks(
  document: PlanDocument,
  tasks: readonly AddedTask[],
  stages: readonly AddedStage[],
): readonly TextEdit[] {
  const added = new Set(tasks.map(task => task.key));
  const children: Children = Map.groupBy(tasks, task => task.parent);
  const here = tasksByKey(document);
  const headings = new Map(document.stages.map(stage => [stage.key, stage]));
  const tops = topTasks(document);
  const newStages = new Set(stages.map(stage => stage.key));
  const places = new Map<string, Place | null>();
  const edits: TextEdit[] = [];
  const homeless = new Map<string, AddedTask[]>();
  const placeOf = (key: string | null): Place | null => {
    if (key === null) return null;
    const known = places.get(key);
    if (known !== undefined) return known;
    const stage = headings.get(key);
    const found = sectionPlace(document, tops, stage?.heading ?? null, stage?.end ?? null);
    places.set(key, found);
    return found;
  };
  for (const task of tasks.filter(one => one.parent === null || !added.has(one.parent))) {
    const beside = besideEdit(document, here, task, indent => taskLines(task, children, indent));
    if (beside !== null) {
      edits.push(beside);
      continue;
    }
    const parent = here.get(task.parent ?? '');
    const place = parent === undefined ? placeOf(task.parent) : null;
    if (parent !== undefined)
      edits.push(insertAfter(document, parent.end - 1, taskLines(task, children, layoutOf(document, parent).indent)));
    else if (place !== null) edits.push(inSection(document, place, taskLines(task, children, place.indent)));
    else {
      const home = task.parent !== null && newStages.has(task.parent) ? task.parent : '';
      homeless.set(home, [...(homeless.get(home) ?? []), task]);
    }
  }
  return [...edits, ...roadmapLines(document, stages), ...newHomes(document, tops, stages, homeless, children)];
}

/** New stages with their tasks, and the tasks that have no stage. */
function newHomes(
  document: PlanDocument,
  tops: TopTasks,
  stages: readonly AddedStage[],
  homeless: ReadonlyMap<string, readonly AddedTask[]>,
  children: Children,
): readonly TextEdit[] {
  const loose = homeless.get('') ?? [];
  const known = loose.length === 0 ? null : tasksSection(document);
  const place = known === null ? null : sectionPlace(document, tops, known.heading, known.end);
  const sections = [
    ...stages.map(stage => sectionLines(stageHeading(stage), homeless.get(stage.key) ?? [], children)),
    ...(place === null && loose.length > 0 ? [sectionLines('## Tasks', loose, children)] : []),
  ];
  return [
    ...(place === null ? [] : loose.map(task => inSection(document, place, taskLines(task, children, place.indent)))),
    ...newSections(document, sections),
  ];
}

const sectionLines = (heading: string, own: readonly AddedTask[], children: Children): readonly string[] => [
  heading,
  ...own.flatMap(task => ['', ...taskLines(task, children, '')]),
];

const stageHeading = (stage: AddedStage): string => `## Stage ${stage.key.slice(1)} – ${printTitle(stage.title)}`;

/** Stages are written only under the keys that their headings give back. */
export const isWritableStage = (key: string): boolean => /^S\d+(?:\.\d+)*[a-z]?$/.test(key);

function roadmapLines(document: PlanDocument, stages: readonly AddedStage[]): readonly TextEdit[] {
  const last = Math.max(-1, ...document.stages.map(stage => stage.item?.line ?? -1));
  if (last < 0 || stages.length === 0) return [];
  const lines = stages.map(stage => `- [${BOX_CHARACTERS[stage.box]}] **${stageHeading(stage).slice(3)}**`);
  return [insertAfter(document, last, lines)];
}

function tasksSection(document: PlanDocument): { readonly heading: number; readonly end: number } | null {
  const heading = document.lines.findIndex(
    line => line.level > 0 && line.kind === 'text' && /^\s*#+\s+tasks\s*$/i.test(line.text),
  );
  const level = document.lines[heading]?.level ?? 0;
  if (heading < 0) return null;
  const next = document.lines.findIndex((line, index) => index > heading && line.level > 0 && line.level <= level);
  return { heading, end: next < 0 ? document.lines.length : next };
}

/** New sections before the Done log (between the same rules as the others), else at the end of the file. */
function newSections(document: PlanDocument, sections: readonly (readonly string[])[]): readonly TextEdit[] {
  if (sections.length === 0) return [];
  const log = document.done_log;
  if (log === null) {
    const last = document.lines.findLastIndex(line => line.indent >= 0);
    return [insertAfter(document, last, sections.flatMap(lines => ['', ...lines]).slice(last < 0 ? 1 : 0))];
  }
  const heading = document.lines[log.heading];
  const rule = document.lines.slice(0, log.heading).findLast(line => line.indent >= 0)?.text ?? '';
  const between = /^-{3,}\s*$/.test(rule) ? [rule.trim(), ''] : [];
  const text = sections.flatMap(lines => [...lines, '', ...between]).join(document.eol) + document.eol;
  const from = heading === undefined ? 0 : heading.from;
  return [{ from, to: from, text }];
}
