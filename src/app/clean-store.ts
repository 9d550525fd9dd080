import type { NewEvent } from '../core/event.ts';
import type { Repository } from '../core/workspace.ts';
import type { Km } from '../km/km.ts';
import type { Journal } from '../orchestrator/journal.ts';
import type { KnownSecrets } from './known-secrets.ts';

type Rules = Pick<KnownSecrets, 'redact' | 'keep'>;

/** Fields that hold what models, commands and servers said: what only looks like a secret goes from these. All others are ids, hashes and words of people. */
const SAID: ReadonlySet<string> = new Set([
  ...['text', 'tail', 'detail', 'diff', 'summary', 'question', 'because', 'evidence', 'facts', 'payload', 'problem'],
  ...['input', 'output', 'message', 'hint', 'query'],
]);

/** What a digest or a later step is made of: only known secrets go from it. */
const EXACT: ReadonlySet<string> = new Set(['certificate', 'snapshot', 'opaque']);

/** The same value with every text in it cleaned, names included. */
function cleaned(value: unknown, said: boolean, rules: Rules): unknown {
  if (typeof value === 'string') return said ? rules.keep(value) : rules.redact(value);
  if (Array.isArray(value)) return value.map(item => cleaned(item, said, rules));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => {
      if (EXACT.has(name)) return [name, exact(field, rules)];
      return [rules.redact(name), cleaned(field, said || SAID.has(name), rules)];
    }),
  );
}

const exact = (value: unknown, { redact }: Rules): unknown => cleaned(value, false, { redact, keep: redact });

export const cleanEvent = (event: NewEvent, rules: Rules): NewEvent => cleaned(event, false, rules) as NewEvent;

/** The gate before the journal: nothing is appended that holds a known secret, and the run goes on with what was appended. */
export const cleanJournal = (journal: Journal, rules: Rules): Journal => ({
  ...journal,
  append: (runId, events, together) =>
    journal.append(
      runId,
      events.map(event => cleanEvent(event, rules)),
      together,
    ),
});

/** The gate before the tables that a run writes beside the journal. */
export const cleanKm = (km: Km, { keep }: Rules): Km => ({
  ...km,
  appendTaskNote: (taskId, note, agentName, at) => km.appendTaskNote(taskId, keep(note), agentName, at),
  markTaskStatus: (taskId, status, { detail, ...metadata }) =>
    km.markTaskStatus(taskId, status, { ...metadata, ...(detail !== undefined && { detail: keep(detail) }) }),
  addAttempt: (taskId, attempt) => km.addAttempt(taskId, { ...attempt, evidence: keep(attempt.evidence) }),
});

/** The gate before commits and their notes. Files are the work itself: what stands in them is for the checks to judge. */
export const cleanRepository = (repository: Repository, { redact }: Rules): Repository => ({
  ...repository,
  commitTree: options => repository.commitTree({ ...options, message: redact(options.message) }),
  commitFiles: (paths, message, at) => repository.commitFiles(paths, redact(message), at),
  addNote: (commit, text) => repository.addNote(commit, redact(text)),
});
