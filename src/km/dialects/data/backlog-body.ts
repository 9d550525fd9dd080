import type { ChecklistItem } from '../../../core/task.ts';
import type { ImportedNote } from '../dialect.ts';
import { given, named, paragraphs, takeBoxes, timeOf } from './fields.ts';

type Section = { readonly title: string; readonly text: string };

/** The parts under second-level headings; what stands before the first has no title. Fences are not looked into. */
function sectionsOf(body: string): readonly Section[] {
  const sections: { title: string; lines: string[] }[] = [{ title: '', lines: [] }];
  let fence = '';
  for (const line of body.split(/\r?\n/)) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1] ?? '';
    if (mark !== '') fence = fence === '' ? mark : mark.startsWith(fence) ? '' : fence;
    const heading = fence === '' ? /^##[ \t]+(.*)$/.exec(line) : null;
    if (heading !== null) sections.push({ title: (heading[1] ?? '').trim(), lines: [] });
    else if (fence !== '' || !/^\s*<!-- (?:SECTION|AC|DOD|COMMENTS):.*-->\s*$/.test(line))
      sections.at(-1)?.lines.push(line);
  }
  return sections.map(({ title, lines }) => ({ title, text: lines.join('\n').trim() }));
}

/** What a task file says below its front matter. Ticks of criteria are steps of the task, not tasks. */
export function bodyFields(body: string, updated_at: string | null) {
  const checklist: ChecklistItem[] = [];
  const description: string[] = [];
  const acceptance: string[] = [];
  const notes: ImportedNote[] = [];
  for (const { title, text } of sectionsOf(body)) {
    const name = title.toLowerCase();
    if (name.startsWith('acceptance criteria') || name.startsWith('definition of done')) {
      const boxes = takeBoxes(text);
      checklist.push(...boxes.checklist);
      acceptance.push(boxes.rest);
    } else if (name === 'comments') notes.push(...readComments(text));
    else if (name.startsWith('implementation notes') || name === 'final summary' || name.startsWith('notes')) {
      if (text !== '') notes.push({ at: updated_at, agent: null, text });
    } else description.push(title === '' || name === 'description' ? text : named(title, text));
  }
  return given({ description: paragraphs(...description), acceptance: paragraphs(...acceptance), checklist, notes });
}

/** Comments are written one after the other, with author and date above a line of dashes. */
function readComments(text: string): readonly ImportedNote[] {
  const notes: ImportedNote[] = [];
  const parts = text.split(/^---[ \t]*$/m).map(part => part.trim());
  for (let at = 0; at < parts.length; at += 1) {
    const head = parts[at] ?? '';
    const author = /^author:[ \t]*(.*)$/m.exec(head)?.[1]?.trim();
    const created = /^created:[ \t]*(.*)$/m.exec(head)?.[1]?.trim();
    if (author === undefined && created === undefined) {
      if (head !== '') notes.push({ at: null, agent: null, text: head });
      continue;
    }
    const said = parts[at + 1] ?? '';
    at += 1;
    if (said !== '') notes.push({ at: timeOf(created ?? '') ?? null, agent: author ?? null, text: said });
  }
  return notes;
}
