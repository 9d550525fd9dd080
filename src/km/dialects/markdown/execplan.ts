import { describe, ownLines } from './body.ts';
import { type BoxReading, readBoxes } from './boxes.ts';
import { readPlainBox } from './checklist.ts';
import { markdownDialect, NOT_THIS } from './define.ts';
import { type Draft, newDraft } from './draft.ts';
import { finishPlan } from './finish.ts';
import { type Entry, type Outline, type Section, sectionPath } from './outline.ts';
import { headingTitle } from './stages.ts';
import { readDay, readTime } from './values.ts';

const PROGRESS = /^\W*(?:\d+[.):]?\s*)?progress(?:\s+(?:log|tracker|tracking|checklist))?\W*$/iu;
const JOURNAL =
  /^\W*(?:\d+[.):]?\s*)?(?:surprises?\b|discover|decision(?:s| log)\b|outcomes?\b|retrospective\b|lessons)/iu;
const OTHER =
  /^\W*(?:\d+[.):]?\s*)?(?:purpose\b|context and orientation|context & orientation|plan of work|concrete steps|validation and acceptance|validation & acceptance|idempotence|interfaces and dependencies|artifacts and notes)/iu;
const STAMP =
  /^[\s*`]*(?:[([]\s*(?:(\d{4}-\d{2}-\d{2})([T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?[^)\]]*?|YYYY[^)\]]*|pending|tbd|todo|date)\s*[)\]]|(\d{4}-\d{2}-\d{2})([T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?)?)[\s*`]*(?:[:–—-]+\s+|\s*)/iu;

const END_STAMP =
  /\s*[-–—,]?\s*(?:[([]\s*(?:(?:done|completed?|finished|started|updated|at|on)\b:?\s*)?\d{4}-\d{2}-\d{2}(?:[T ,]+\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?\s*(?:Z|[A-Z]{2,5}|[+-]\d{2}:?\d{2})?\s*[)\]]|\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z)\s*\.?$/iu;

const progressOf = (section: Section | null): Section | null =>
  sectionPath(section).find(({ title }) => PROGRESS.test(title)) ?? null;

function readStep(entry: Entry): BoxReading | null {
  if (entry.status === null || entry.quoted || progressOf(entry.section) === null) return null;
  const stamp = STAMP.exec(entry.content)?.[0] ?? '';
  const bold = /^\s*\*\*/.test(stamp) && !/\*\*[\s:–—-]*$/.test(stamp) ? '**' : '';
  const words = `${bold}${entry.content.slice(stamp.length)}`;
  const end = END_STAMP.exec(words)?.[0] ?? '';
  const reading = readPlainBox({ ...entry, content: words.slice(0, words.length - end.length) });
  const at = timeOf(stamp) ?? timeOf(end);
  if (reading === null || at === null) return reading;
  const closed = entry.status === 'done' || entry.status === 'cancelled';
  return { ...reading, rest: closed ? { finished_at: at } : { created_at: at } };
}

/** A stamp with the name of a zone that is not known here says only the day. */
function timeOf(stamp: string): string | null {
  const zone = /\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*([A-Z]{2,5})\b/i.exec(stamp)?.[1];
  return zone === undefined || /^(?:UTC|GMT|Z)$/i.test(zone) ? readTime(stamp) : readDay(stamp);
}

/** A plan is the stage of its steps: what it is for describes it, what was found and decided are its notes. */
function planStages(outline: Outline, drafts: Draft[]): (section: Section | null) => Draft | null {
  const plans = new Map<Section | null, Draft>();
  const planOf = (progress: Section): Draft => {
    const plan = progress.parent;
    const known = plans.get(plan);
    if (known !== undefined) return known;
    const title = headingTitle(plan?.title ?? progress.title).replace(/^(?:exec ?plan|plan)\s*[:–—-]\s*/i, '');
    const stage = newDraft({
      kind: 'stage',
      key: null,
      title,
      status: 'open',
      parent: null,
      line: plan?.line ?? progress.line,
    });
    tellPlan(outline, plan, stage);
    plans.set(plan, stage);
    drafts.push(stage);
    return stage;
  };
  return section => {
    const progress = progressOf(section);
    return progress === null ? null : planOf(progress);
  };
}

function tellPlan(outline: Outline, plan: Section | null, stage: Draft): void {
  const { lines, entries } = outline;
  const parts = outline.sections.filter(section => section.parent === plan);
  const text = (section: Section) => describe(lines, ownLines(section.line + 1, section.end, []));
  const purpose = parts.find(({ title }) => /^\W*(?:\d+[.):]?\s*)?purpose\b/iu.test(title));
  if (purpose !== undefined && text(purpose) !== '') stage.rest.description = text(purpose);
  const notes = parts
    .filter(({ title }) => JOURNAL.test(title))
    .flatMap(section => {
      const items = entries.filter(
        entry => entry.section === section && entry.parent === null && entry.status === null,
      );
      const told =
        items.length === 0 ? [text(section)] : items.map(({ line, end }) => describe(lines, ownLines(line, end, [])));
      return told.filter(note => note !== '').map(note => `${section.title}: ${note.replace(/^[-*+]\s+/, '')}`);
    });
  if (notes.length > 0) stage.rest.notes = notes.map(note => ({ at: null, agent: null, text: note }));
}

export const execPlan = markdownDialect({
  name: 'execplan',
  title: 'ExecPlan (PLANS.md)',
  looks_like:
    '## Progress with - [x] (2026-01-31 09:00Z) what was done, beside a Decision Log and Surprises & Discoveries',
  see: outline => {
    const steps = outline.entries.filter(entry => readStep(entry) !== null);
    if (steps.length === 0) return NOT_THIS;
    const signs = new Set(
      outline.sections.flatMap(({ title }) => [JOURNAL, OTHER].flatMap(form => form.exec(title)?.[0] ?? [])),
    );
    const named = outline.lines.some(({ text }) => /\bexec ?plans?\b|\bliving document\b/i.test(text));
    const stamped = steps.filter(({ content }) => /\d/.test(STAMP.exec(content)?.[0] ?? '')).length * 2 >= steps.length;
    const boxes = outline.entries.filter(({ status, content }) => status !== null && content !== '').length;
    const own = named && (stamped || (signs.size === 1 && steps.length * 2 >= boxes));
    if (signs.size < 2 && !(signs.size === 1 && stamped) && !own)
      return stamped ? { score: 0.6, because: 'a Progress section with times' } : NOT_THIS;
    return {
      score: 0.92,
      because: `${steps.length} steps below Progress, and ${signs.size} other sections of an ExecPlan`,
    };
  },
  take: outline => {
    const { drafts, unread } = readBoxes(outline, { read: readStep, stages: planStages, looseBoxes: 'stage' });
    return finishPlan(outline, drafts, unread);
  },
});
