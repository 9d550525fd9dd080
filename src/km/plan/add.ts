import type { Box, PlanDocument, PlanTask } from './document.ts';
import { insertAfter, layoutOf, type TextEdit } from './edit.ts';
import { BOX_CHARACTERS, taskHead } from './heads.ts';
import { apart, lastContent } from './log.ts';
import { oneLine } from './notes.ts';
import { inlineCode, printTitle, renderField } from './render.ts';
import { NO_VALUES, type PlanValues } from './values.ts';

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
};
export type AddedStage = { readonly key: string; readonly title: string; readonly box: Box };

const VALUE_ORDER = ['depends_on', 'priority', 'role', 'tags', 'checks', 'protect', 'allow', 'private'] as const;

/** Can a task be written so that it is read back under the same key? */
export const isWritable = (key: string, title: string): boolean =>
  taskHead(`**${key} – ${printTitle(title)}**`)?.key === key && printTitle(title) !== '';

/** The lines of a new task and of the new tasks nested in it. */
function taskLines(task: AddedTask, all: readonly AddedTask[], indent: string): readonly string[] {
  const inner = `${indent}  `;
  const layout = { indent: inner, marker: '-', step: '  ' };
  const field = (name: keyof PlanValues) => {
    const rendered = renderField(name, task.values[name], layout, '');
    return rendered === null
      ? []
      : [`${inner}- **${rendered.label}:** ${rendered.inline}`.trimEnd(), ...rendered.nested];
  };
  const said = VALUE_ORDER.filter(name => JSON.stringify(task.values[name]) !== JSON.stringify(NO_VALUES[name]));
  return [
    `${indent}- [${BOX_CHARACTERS[task.box]}] **${task.key} – ${printTitle(task.values.title)}**`,
    ...(task.values.description === '' ? [] : field('description')),
    `${inner}- **Created:** ${inlineCode(task.created_at)} by ${inlineCode(oneLine(task.created_by))}`,
    ...said.flatMap(field),
    ...(task.notes.length === 0
      ? []
      : [`${inner}- **Notes:**`, ...task.notes.map(note => `${inner}  - ${oneLine(note)}`)]),
    ...all.filter(other => other.parent === task.key).flatMap(other => taskLines(other, all, inner)),
  ];
}

/**
 * Writes new tasks: a task with a parent in its block, else at the end of its stage's section, else in a `Tasks` section
 * before the Done log (made when it is missing). New stages get a heading there and a line in the roadmap.
 */
export function addTasks(
  document: PlanDocument,
  tasks: readonly AddedTask[],
  stages: readonly AddedStage[],
): readonly TextEdit[] {
  const roots = tasks.filter(task => !tasks.some(other => other.key === task.parent));
  const edits: TextEdit[] = [];
  const homeless = new Map<string, AddedTask[]>();
  for (const task of roots) {
    const parent = document.tasks.find(other => other.key === task.parent);
    const stage = document.stages.find(other => other.key === task.parent && other.heading !== null);
    const place = parent === undefined ? sectionPlace(document, stage?.heading ?? null, stage?.end ?? null) : null;
    if (parent !== undefined) {
      edits.push(insertAfter(document, parent.end - 1, taskLines(task, tasks, layoutOf(document, parent).indent)));
    } else if (place !== null) edits.push(inSection(document, place, taskLines(task, tasks, place.indent)));
    else {
      const home = stages.find(other => other.key === task.parent)?.key ?? '';
      homeless.set(home, [...(homeless.get(home) ?? []), task]);
    }
  }
  edits.push(...roadmapLines(document, stages));
  const stageSections = stages.map(stage => ({ heading: stageHeading(stage), tasks: homeless.get(stage.key) ?? [] }));
  const loose = homeless.get('') ?? [];
  const known = tasksSection(document);
  if (known !== null) {
    const place = sectionPlace(document, known.heading, known.end);
    if (place !== null)
      edits.push(...loose.map(task => inSection(document, place, taskLines(task, tasks, place.indent))));
  }
  const sections = [
    ...stageSections,
    ...(known === null && loose.length > 0 ? [{ heading: '## Tasks', tasks: loose }] : []),
  ];
  return [
    ...edits,
    ...newSections(
      document,
      sections.map(section => sectionLines(section.heading, section.tasks, tasks)),
    ),
  ];
}

const sectionLines = (heading: string, own: readonly AddedTask[], all: readonly AddedTask[]): readonly string[] => [
  heading,
  ...own.flatMap(task => ['', ...taskLines(task, all, '')]),
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

type Place = { readonly line: number; readonly indent: string; readonly gap: boolean; readonly list: boolean };

/** The end of a section: after its last task, else after its last words. */
function sectionPlace(document: PlanDocument, heading: number | null, end: number | null): Place | null {
  if (heading === null || end === null) return null;
  const inside = document.tasks.filter(task => task.line > heading && task.line < end);
  const siblings = inside.filter(task => !inside.some(other => other.line < task.line && task.line < other.end));
  const last = siblings.at(-1);
  if (last === undefined) return { line: lastContent(document, heading, end), indent: '', gap: true, list: false };
  const indent = /^[ \t]*/.exec(document.lines[last.line]?.text ?? '')?.[0] ?? '';
  return { line: last.end - 1, indent, gap: isLoose(document, siblings), list: true };
}

/** Blank lines between tasks are kept as a habit; a single task with a block is taken to have it. */
function isLoose(document: PlanDocument, siblings: readonly PlanTask[]): boolean {
  const last = siblings.at(-1);
  if (siblings.length < 2 || last === undefined) return last !== undefined && last.end > last.line + 1;
  return (document.lines[last.line - 1]?.indent ?? 0) < 0;
}

const inSection = (document: PlanDocument, place: Place, lines: readonly string[]): TextEdit =>
  place.list && !place.gap ? apart(document, place.line, lines) : insertAfter(document, place.line, ['', ...lines]);

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
