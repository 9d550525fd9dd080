import { isWritable, isWritableStage } from '../plan/add.ts';
import { type Sqlite, sqliteCode } from '../sqlite.ts';
import { type Chance, inTransaction } from '../transaction.ts';
import { counterSentence, repairCounters, wrongCounters } from './counters.ts';
import { type Shipped, schemaFlaws } from './shipped.ts';
import { flawsOf } from './verify.ts';

export const CHECKS = ['integrity', 'schema', 'counters', 'claims', 'keys', 'search', 'memory'] as const;
export type CheckName = (typeof CHECKS)[number];

export type Finding = {
  readonly check: CheckName;
  /** What is wrong, with the task it is about. */
  readonly message: string;
  readonly hint: string;
  /** Does `--repair` put it right? */
  readonly repairable: boolean;
};

export type Diagnosis = { readonly checked: readonly CheckName[]; readonly findings: readonly Finding[] };

const RESTORE = 'Restore a backup: llmclis restore FILE';

/** Looks at everything that must be true of a database, and changes nothing. */
export function diagnose(sqlite: Sqlite, shipped: Shipped): Diagnosis {
  const findings: Finding[] = [];
  const checked: CheckName[] = [];
  for (const check of CHECKS) {
    try {
      checked.push(check);
      findings.push(...LOOKS[check](sqlite, shipped));
    } catch (problem) {
      // What is damaged or lacks a table can be asked no more.
      if (sqliteCode(problem) === null || !(problem instanceof Error)) throw problem;
      findings.push(finding(check, `It cannot be read: ${problem.message}.`, RESTORE));
      break;
    }
  }
  return { checked, findings };
}

const finding = (check: CheckName, message: string, hint: string): Finding => ({
  check,
  message,
  hint,
  repairable: false,
});

const counters = (sqlite: Sqlite): readonly Finding[] =>
  wrongCounters(sqlite).map(wrong => ({
    check: 'counters',
    message: `Project ${wrong.project_id}, ${counterSentence(wrong)}.`,
    hint: 'Count again: llmclis km doctor --repair',
    repairable: true,
  }));

type Named = { readonly key: string; readonly title: string; readonly kind: string; readonly project_id: number };

const CLAIMS = `SELECT key, title, kind, project_id FROM tasks
  WHERE (claim_token IS NOT NULL OR claim_holder IS NOT NULL OR claim_expires_at IS NOT NULL)
    AND (status <> 'in-progress' OR claim_token IS NULL OR claim_holder IS NULL OR claim_expires_at IS NULL)
  ORDER BY id`;

/** A claim is a token, its holder and an end, on a task in progress. */
const claims = (sqlite: Sqlite): readonly Finding[] =>
  sqlite
    .prepare<[], Named>(CLAIMS)
    .all()
    .map(({ key, project_id }) =>
      finding(
        'claims',
        `Project ${project_id}, ${key}: its claim has no lease.`,
        `Set its status: llmclis task reopen ${key} --project_id ${project_id}`,
      ),
    );

const UNWRITTEN = `SELECT t.key, t.title, t.kind, t.project_id FROM tasks t
  WHERE t.plan_file IS NULL AND t.vanished = 0 AND t.status NOT IN ('done', 'cancelled')
    AND EXISTS (SELECT 1 FROM plan_files f WHERE f.project_id = t.project_id AND f.synced_text <> '') ORDER BY t.id`;

/** Tasks that stand in no plan file because it could not give their key back. */
const keys = (sqlite: Sqlite): readonly Finding[] =>
  sqlite
    .prepare<[], Named>(UNWRITTEN)
    .all()
    .filter(({ kind, key, title }) => !(kind === 'stage' ? isWritableStage(key) : isWritable(key, title)))
    .map(({ key, project_id }) =>
      finding(
        'keys',
        `Project ${project_id}, ${key}: its key cannot be written to the plan file, so that it is in the database alone.`,
        'Add it again under a key such as S1.2 or T-4k9x2m, and cancel this one.',
      ),
    );

const UNSEARCHED = `SELECT key, title, kind, project_id FROM tasks WHERE id NOT IN (SELECT id FROM task_search_docsize)
  AND id NOT IN (SELECT task_id FROM task_search_queue) ORDER BY id`;

/** Every task is in the index or waits to be taken in. */
const search = (sqlite: Sqlite): readonly Finding[] =>
  sqlite
    .prepare<[], Named>(UNSEARCHED)
    .all()
    .map(({ key, project_id }) =>
      finding(
        'search',
        `Project ${project_id}, ${key}: the search does not know it.`,
        `Any change of it puts that right: llmclis task edit ${key} --project_id ${project_id}`,
      ),
    );

const UNSOUND = `SELECT id, project_id, CASE
    WHEN status = 'forgotten' THEN 'it was forgotten and still has a text, a version or a vector'
    WHEN status = 'live' THEN 'it is live and said to be replaced'
    ELSE 'what replaced it is not there' END AS why
  FROM memories m WHERE (status = 'live' AND superseded_by IS NOT NULL)
    OR (superseded_by IS NOT NULL AND superseded_by NOT IN (SELECT id FROM memories))
    OR (status = 'forgotten' AND (text <> '' OR text_sha256 <> '' OR id IN (SELECT memory_id FROM memory_versions)
      OR id IN (SELECT memory_id FROM memory_vectors)))
  ORDER BY id`;

type Unsound = { readonly id: number; readonly project_id: number; readonly why: string };

/** What an entry's status says of it is so. Whether the indexes agree with the entries is for llmclis memory verify. */
const memory = (sqlite: Sqlite): readonly Finding[] =>
  sqlite
    .prepare<[], Unsound>(UNSOUND)
    .all()
    .map(({ id, project_id, why }) =>
      finding(
        'memory',
        `Project ${project_id}, memory ${id}: ${why}.`,
        why.startsWith('it was forgotten')
          ? `Forget it again: llmclis memory forget ${id} --project_id ${project_id}`
          : `Look at it, then mark it wrong or restore it: llmclis memory show ${id} --project_id ${project_id}`,
      ),
    );

const LOOKS: Readonly<Record<CheckName, (sqlite: Sqlite, shipped: Shipped) => readonly Finding[]>> = {
  integrity: sqlite => flawsOf(sqlite).map(message => finding('integrity', sentence(message), RESTORE)),
  schema: (sqlite, shipped) => schemaFlaws(sqlite, shipped).map(message => finding('schema', message, RESTORE)),
  counters,
  claims,
  keys,
  search,
  memory,
};

export type Treatment = Diagnosis & { readonly repaired: readonly string[] };

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** Counts the counters again, which is all that can be put right without knowing what was meant; then looks at everything. */
export function treat(sqlite: Sqlite, chance: Chance, shipped: Shipped): Treatment {
  const repaired = inTransaction(sqlite, chance, () => repairCounters(sqlite)).map(
    wrong => `Project ${wrong.project_id}, ${counterSentence(wrong)}`,
  );
  return { repaired, ...diagnose(sqlite, shipped) };
}
