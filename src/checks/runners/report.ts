/** What a run of tests says about itself. Counts are null and lists empty where nothing known was said. */
export type TestReport = {
  readonly passed: number | null;
  readonly failed: number | null;
  /** Everything that cannot fail: skipped, todo, expected failures. */
  readonly skipped: number | null;
  readonly passing: readonly string[];
  readonly failing: readonly string[];
  readonly skipping: readonly string[];
};

/** Reads one runner's report line by line; lines of others leave it silent. */
export type Reader = { line(text: string): void; end(): TestReport };

export type Outcome = 'passed' | 'failed' | 'skipped';
type Counts = Readonly<Record<Outcome, number>>;

const WEIGHT: Readonly<Record<Outcome, number>> = { skipped: 0, passed: 1, failed: 2 };

const TIMES = /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?|\b1[5-9]\d{8}(?:\d{3})?\b/g;
const IDS = /\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/gi;
const PORTS = /(\bport:? |\blocalhost:|\b127\.0\.0\.1:)\d{4,5}\b/gi;

/** Temporary folders, times, random ids and free ports are other ones each time. */
const stable = (name: string): string =>
  name
    .trim()
    .replace(/^\.\//, '')
    .replace(TIMES, '…')
    .replace(IDS, '…')
    .replace(PORTS, '$1…')
    .replace(/\/(?:tmp|var\/folders)\/[^\s'"\]),:]+/g, '/tmp/…');

/** Collects tests by name. A name that comes twice failed if any of them failed. */
export function tally() {
  const named = new Map<string, Outcome>();
  let counts: Counts | null = null;
  return {
    add(name: string, outcome: Outcome): void {
      const key = stable(name);
      if (key === '') return;
      const before = named.get(key);
      if (before === undefined || WEIGHT[outcome] > WEIGHT[before]) named.set(key, outcome);
    },
    /** Adds what the runner itself counted; several runs in one output are summed. */
    count(more: Partial<Counts>): void {
      counts = {
        passed: (counts?.passed ?? 0) + (more.passed ?? 0),
        failed: (counts?.failed ?? 0) + (more.failed ?? 0),
        skipped: (counts?.skipped ?? 0) + (more.skipped ?? 0),
      };
    },
    report(): TestReport {
      const of = (outcome: Outcome): string[] =>
        [...named].flatMap(([name, found]) => (found === outcome ? [name] : [])).sort();
      const [passing, failing, skipping] = [of('passed'), of('failed'), of('skipped')];
      const own =
        named.size === 0 ? null : { passed: passing.length, failed: failing.length, skipped: skipping.length };
      const said = counts ?? own;
      return {
        passed: said?.passed ?? null,
        failed: said?.failed ?? null,
        skipped: said?.skipped ?? null,
        passing,
        failing,
        skipping,
      };
    },
  };
}

/** Number before a word in a summary such as `2 failed | 6 passed`. */
export const numberOf = (text: string, word: string): number =>
  Number(new RegExp(`(\\d+) ${word}\\b`).exec(text)?.[1] ?? 0);

/** Several runners' reports as one. */
export function mergeReports(reports: readonly TestReport[]): TestReport {
  const merged = tally();
  for (const { passing, failing, skipping } of reports) {
    for (const name of passing) merged.add(name, 'passed');
    for (const name of failing) merged.add(name, 'failed');
    for (const name of skipping) merged.add(name, 'skipped');
  }
  for (const { passed, failed, skipped } of reports)
    if (passed !== null || failed !== null)
      merged.count({ passed: passed ?? 0, failed: failed ?? 0, skipped: skipped ?? 0 });
  return merged.report();
}
