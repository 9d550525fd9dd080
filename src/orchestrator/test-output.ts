/** What a test runner's output says. Counts are null and lists empty where the runner says nothing we know. */
export type TestOutput = {
  readonly passed: number | null;
  readonly failed: number | null;
  readonly passing: readonly string[];
  readonly failing: readonly string[];
};

/** One runner's way to name a test and its outcome on a line; group 1 is the name. Sources: the runners' own reporters. */
const NAMED: readonly { readonly pass: RegExp; readonly fail: RegExp }[] = [
  // node:test spec reporter, jest and mocha: "✔ name (1.2ms)", "✖ name"
  { pass: /^\s*[✔✓] (.+?)(?: \(\d+(?:\.\d+)? ?m?s\))?$/u, fail: /^\s*[✖✕×✗] (.+?)(?: \(\d+(?:\.\d+)? ?m?s\))?$/u },
  // TAP (node:test, tape, prove)
  { pass: /^\s*ok \d+ - (.+?)(?: # .*)?$/, fail: /^\s*not ok \d+ - (.+?)(?: # .*)?$/ },
  // pytest -v and -rA
  { pass: /^(?:PASSED )?(\S+::\S.*?) ?(?:PASSED.*)?$/, fail: /^(?:FAILED|ERROR) (\S+?)(?: - .*)?$/ },
  // go test -v
  { pass: /^\s*--- PASS: (\S+)/, fail: /^\s*--- FAIL: (\S+)/ },
  // cargo test
  { pass: /^test (\S+) \.\.\. ok$/, fail: /^test (\S+) \.\.\. FAILED$/ },
];
const PYTEST = 2;

const COUNTS: readonly { readonly pass: RegExp; readonly fail: RegExp }[] = [
  { pass: /^(?:#|ℹ) pass (\d+)$/mu, fail: /^(?:#|ℹ) fail (\d+)$/mu },
  { pass: /^\s*Tests:?\s.*?(\d+) passed/m, fail: /^\s*Tests:?\s.*?(\d+) failed/m },
  { pass: /^=*.*?\b(\d+) passed\b.* in [\d.]+s/m, fail: /^=*.*?\b(\d+) (?:failed|error)s?\b.* in [\d.]+s/m },
  { pass: /^test result: .*?(\d+) passed/m, fail: /^test result: .*?(\d+) failed/m },
  { pass: /^\s*(\d+) passing\b/m, fail: /^\s*(\d+) failing\b/m },
];

const stripColours = (text: string): string => text.replace(/\u001b\[[0-9;]*m/g, '');

/** Reads the counts and, where the runner gives them, the names of the tests that passed and failed. */
export function readTestOutput(raw: string): TestOutput {
  const output = stripColours(raw);
  const lines = output.split(/\r?\n/);
  const passing = new Set<string>();
  const failing = new Set<string>();
  for (const line of lines) {
    const failed = NAMED.map(({ fail }) => fail.exec(line)?.[1]).find(name => name !== undefined);
    // node:test repeats its failures under this heading.
    if (failed === 'failing tests:') continue;
    if (failed !== undefined) failing.add(failed);
    else passedName(line, passing);
  }
  for (const name of failing) passing.delete(name);
  const counts = COUNTS.find(({ pass, fail }) => pass.test(output) || fail.test(output));
  const count = (pattern: RegExp | undefined): number | null => {
    const found = pattern === undefined ? undefined : output.match(pattern)?.[1];
    return found === undefined ? null : Number(found);
  };
  const passed = count(counts?.pass) ?? (counts !== undefined ? 0 : passing.size || null);
  const failed = count(counts?.fail) ?? (counts !== undefined ? 0 : failing.size || null);
  return { passed, failed, passing: [...passing].sort(), failing: [...failing].sort() };
}

function passedName(line: string, passing: Set<string>): void {
  NAMED.forEach(({ pass }, runner) => {
    if (runner === PYTEST && !/\bPASSED\b/.test(line)) return;
    const name = pass.exec(line)?.[1];
    if (name !== undefined) passing.add(name);
  });
}

/** A module of the project's own (by path, alias or a declared folder) is an ordinary failure; anything else is missing from outside. */
export type OwnModule = (language: 'python' | 'node', name: string) => boolean;

/**
 * What is missing when a check could not even start: its command, or a package from outside the project. Null for an
 * ordinary red check, and whenever some test did pass.
 */
export function missingFrom(exit: number, raw: string, isOwn: OwnModule): string | null {
  if (exit === 0) return null;
  const output = stripColours(raw);
  if ((readTestOutput(output).passed ?? 0) > 0) return null;
  const command = /(?:^|: )([\w./-]+): (?:command )?not found$/m.exec(output)?.[1];
  if (exit === 127 && command !== undefined && !command.includes('/')) return `the command ${command}`;
  const spec =
    /(?:Cannot find (?:package|module)|Error: Failed to (?:load|resolve)(?: url| import)?) ['"]?([^'"\s]+)['"]?/.exec(
      output,
    )?.[1];
  if (spec !== undefined && isOutside(spec) && !isOwn('node', spec)) return `the package ${spec}`;
  const runner = /^\S*python[\d.]*\S*: No module named ([\w.]+)/m.exec(output)?.[1];
  if (runner !== undefined && !isOwn('python', runner)) return `the Python module ${runner}`;
  const module = /ModuleNotFoundError: No module named ['"]([\w.]+)['"]/.exec(output)?.[1];
  if (module !== undefined && !isOwn('python', module)) return `the Python module ${module}`;
  const go = /no required module provides package ([^\s;:]+)/.exec(output)?.[1];
  return go === undefined ? null : `the Go package ${go}`;
}

const isOutside = (specifier: string): boolean =>
  /^(?:@[\w.-]+\/)?[\w][\w.-]*(?:\/|$)/.test(specifier) && !specifier.startsWith('file:');
