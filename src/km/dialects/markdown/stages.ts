import { type Draft, newDraft } from './draft.ts';
import type { Outline, Section } from './outline.ts';

/** Headings that say only that tasks follow. */
const GENERIC =
  /^(?:technical |implementation |development |core |detailed |all |the |open |main )*(?:tasks?|task list|to-?do(?: list)?|checklist|check list|items?|work items|progress|steps|action items|implementation(?: plan)?|plan|tasks? breakdown|subtasks|foundational tasks|deliverables)$/i;

/** The words of a heading as people would say them: no marks, no state, no commit. */
export function headingTitle(title: string): string {
  const plain = title
    .replace(/\s+/g, ' ')
    .replace(/\\?\[\s*[ xX~/!-]?\s*\\?\]/g, ' ')
    .replace(/\[checkpoint:?[^\]]*\]/gi, ' ')
    .replace(/\*\*|__|~~/g, '')
    .replace(/^(?:\p{So}|\uFE0F|\u200D|\s)+/u, '')
    .replace(
      /(?:\s*[-–—:|]?\s*(?:\p{So}|\uFE0F)+\s*(?:\(?(?:done|completed?|in[ -]progress|pending|todo|blocked|planned)\)?)?)+\s*$/iu,
      '',
    )
    .replace(/\s+/g, ' ')
    .trim();
  return plain === '' ? title.trim() : plain;
}

/** Gives the stage of a section, made when it is first asked for. The title of the whole text is no stage. */
export function stageFinder(outline: Outline, drafts: Draft[]): (section: Section | null) => Draft | null {
  const made = new Map<Section, Draft>();
  const [first] = outline.sections;
  const lone =
    outline.sections.filter(section => section.level === 1).length === 1 && first?.level === 1 ? first : null;
  const find = (section: Section | null): Draft | null => {
    if (section === null || section === lone) return null;
    const known = made.get(section);
    if (known !== undefined) return known;
    const above = find(section.parent);
    const title = headingTitle(section.title);
    if (GENERIC.test(title.replace(/[^\p{L}\p{N}\s-]/gu, ' ').trim())) return above;
    const stage = newDraft({ kind: 'stage', key: null, title, status: 'open', parent: above, line: section.line });
    made.set(section, stage);
    drafts.push(stage);
    return stage;
  };
  return find;
}
