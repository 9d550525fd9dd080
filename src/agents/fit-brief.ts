import { type Brief, briefText, mostTokensOf } from './prompt.ts';

/** Times that the less important parts are halved before the text itself is cut. */
const MOST_ROUNDS = 14;

const clip = (text: string, limit: number): string =>
  text.length <= limit
    ? text
    : `${text.slice(0, Math.max(0, limit - 40))}\n[cut: ${text.length - limit + 40} more characters]`;

/** The brief with each part halved `round` times: notes, rules and memory give way before the task, its checks and the last facts. */
function smaller(brief: Brief, round: number): Brief {
  const half = (most: number, from = 0): number => Math.floor(most / 2 ** Math.max(0, round - from));
  const { task } = brief;
  return {
    ...brief,
    task: {
      ...task,
      title: clip(task.title, 500),
      description: clip(task.description, half(40_000)),
      acceptance: clip(task.acceptance, half(8_000)),
      checklist: task.checklist.slice(0, half(60)).map(({ text, done }) => ({ text: clip(text, half(2_000)), done })),
      links: task.links.slice(0, half(20)),
      checks: task.checks.slice(0, half(40)).map(check => clip(check, 1_000)),
    },
    rules: brief.rules === null ? null : { ...brief.rules, text: clip(brief.rules.text, half(12_000)) },
    recalled: brief.recalled.slice(0, half(12, 1)),
    notes: brief.notes.slice(-half(20) || brief.notes.length).map(note => clip(note, half(2_000))),
    handed_over: brief.handed_over
      .slice(-half(5, 2) || brief.handed_over.length)
      .map(({ from, summary }) => ({ from, summary: clip(summary, half(8_000)) })),
    evidence: brief.evidence
      .slice(-Math.max(1, half(6, 1)))
      .map(fact => ({ ...fact, facts: clip(fact.facts, half(8_000)) })),
  };
}

/** The words of a brief, without its secrets, in at most `maxTokens` tokens, counted from above. What has no room is cut, and says so. */
export function fittedText(brief: Brief, maxTokens: number, redact: (text: string) => string): string {
  let text = redact(briefText(brief));
  for (let round = 1; round <= MOST_ROUNDS && mostTokensOf(text) > maxTokens; round++)
    text = redact(briefText(smaller(brief, round)));
  while (mostTokensOf(text) > maxTokens && text !== '') text = text.slice(0, Math.floor(text.length * 0.8));
  return text;
}
