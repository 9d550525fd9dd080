import type { Proof } from '../../core/task.ts';
import type { PlanDocument } from './document.ts';
import { insertAfter, type TextEdit } from './edit.ts';
import { oneLine } from './notes.ts';
import { printTitle } from './render.ts';

export type DoneEntry = {
  readonly key: string;
  readonly title: string;
  readonly proof: Proof | null;
  readonly commit: string | null;
  readonly agent: string;
  /** `YYYY-MM-DD`. */
  readonly date: string;
};

const ENTRY = /^[ \t]*[-*+][ \t]+\d{4}-\d{2}-\d{2} — \*\*(\S+) – /;
const RULE = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;

/** `- 2026-11-21 — **S1.1 – Title** (proof: red-green, commit abc1234) by coder` */
export function printDoneEntry(entry: DoneEntry): string {
  const facts = [
    ...(entry.proof === null ? [] : [`proof: ${entry.proof}`]),
    ...(entry.commit === null ? [] : [`commit ${entry.commit.slice(0, 7)}`]),
  ].join(', ');
  const shown = facts === '' ? '' : ` (${facts})`;
  return `- ${entry.date} — **${entry.key} – ${printTitle(entry.title)}**${shown} by ${oneLine(entry.agent)}`;
}

/** The Done-log lines of the file by task key, wherever they stand. */
export function logIndex(document: PlanDocument): ReadonlyMap<string, readonly string[]> {
  const index = new Map<string, string[]>();
  for (const line of document.lines) {
    const key = ENTRY.exec(line.text)?.[1];
    if (key !== undefined) index.set(key, [...(index.get(key) ?? []), line.text]);
  }
  return index;
}

/** Does the file say already that the task was done (with this commit, when it has one)? */
export const isLogged = (index: ReadonlyMap<string, readonly string[]>, key: string, commit: string | null): boolean =>
  (index.get(key) ?? []).some(line => commit === null || line.includes(`commit ${commit.slice(0, 7)}`));

/** Index of the last line in a section that says something: not blank, not a rule before the next section. */
export function lastContent(document: PlanDocument, from: number, end: number): number {
  let last = end - 1;
  while (last > from && ((document.lines[last]?.indent ?? 0) < 0 || RULE.test(document.lines[last]?.text ?? '')))
    last -= 1;
  return last;
}

/** Lines for a place after `index`, apart from the text above where that is no list. */
export function apart(document: PlanDocument, index: number, added: readonly string[]): TextEdit {
  const above = document.lines[index]?.text ?? '';
  const list = /^[ \t]*(?:[-*+]|\d+[.)])[ \t]/.test(above) || /^[ \t]{2,}\S/.test(above);
  return insertAfter(document, index, list || index < 0 ? added : ['', ...added]);
}

/** Adds lines to the Done log, after what is there; the section is made at the end of the file when it is missing. */
export function appendDoneLog(document: PlanDocument, entries: readonly string[]): readonly TextEdit[] {
  if (entries.length === 0) return [];
  const log = document.done_log;
  if (log !== null) return [apart(document, lastContent(document, log.heading, log.end), entries)];
  const last = document.lines.findLastIndex(line => line.indent >= 0);
  return [insertAfter(document, last, [...(last < 0 ? [] : ['']), '## Done / Completed Work Log', '', ...entries])];
}
