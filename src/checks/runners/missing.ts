import { plainText, readReport } from './read.ts';

/**
 * Tells what belongs to the project from what must have been installed. `program` is a Python module that was to be run (`-m pytest`):
 * only a file of the project makes it the project's own.
 */
export type OwnModule = (language: 'python' | 'program' | 'node' | 'go', name: string) => boolean;

type Sign = {
  readonly pattern: RegExp;
  readonly says: (name: string) => string;
  readonly language?: Parameters<OwnModule>[0];
};

/** Sources: the messages of shells, Node, Vite, Python, Go, Cargo, pyenv, make and their relatives. Group 1 is the name. */
const SIGNS: readonly Sign[] = [
  {
    pattern:
      /(?:Cannot find (?:package|module)|Error: Failed to (?:load|resolve)(?: url| import)?) ['"]?([^'"\s]+)['"]?/,
    says: name => `the package ${name}`,
    language: 'node',
  },
  {
    pattern: /^\S*python[\d.]*\S*: No module named ([\w.]+)/m,
    says: name => `the Python module ${name}`,
    language: 'program',
  },
  {
    pattern: /ModuleNotFoundError: No module named ['"]([\w.]+)['"]/,
    says: name => `the Python module ${name}`,
    language: 'python',
  },
  { pattern: /no required module provides package ([^\s;:]+)/, says: name => `the Go package ${name}`, language: 'go' },
  {
    pattern: /^go: ([^\s:@]+@v[^\s:]+): (?:Get|reading|module lookup disabled|verifying)/m,
    says: name => `the Go module ${name}`,
  },
  // The cache of modules is shown read-only, so that a download ends at once.
  {
    pattern: /^go: downloading (\S+) v\S+$(?=[\s\S]*pkg\/mod\/cache\/\S+ read-only file system$)/m,
    says: name => `the Go module ${name}`,
  },
  {
    pattern: /: ([^\s:@]+@v[^\s:]+): (?:Get ["']?https?:|reading https?:|module lookup disabled)/,
    says: name => `the Go module ${name}`,
  },
  {
    pattern: /missing go\.sum entry for (?:module providing package )?([^\s;:]+)/,
    says: name => `the line of go.sum for ${name}`,
  },
  {
    pattern: /^error: no matching package named `([^`]+)` found\nlocation searched: crates\.io/m,
    says: name => `the crate ${name}`,
  },
  { pattern: /^error: failed to get `([^`]+)` as a dependency/m, says: name => `the crate ${name}` },
  { pattern: /^error: failed to download `([^` ]+)/m, says: name => `the crate ${name}` },
  { pattern: /^error: linker `([^`]+)` not found/m, says: name => `the linker ${name}` },
  { pattern: /^error: toolchain '([^']+)' is not installed/m, says: name => `the Rust toolchain ${name}` },
  { pattern: /rustup could not choose a version of (\w+) to run/, says: name => `a Rust toolchain for ${name}` },
  { pattern: /^pyenv: version [`']([^'`]+)' is not installed/m, says: name => `Python ${name} (pyenv)` },
  { pattern: /^bundler: command not found: (\S+)/m, says: name => `the gem ${name}` },
  {
    pattern: /Could not find (?:gem )?['"]?([\w-]+)['"]?.* in (?:locally installed gems|any of the sources)/,
    says: name => `the gem ${name}`,
  },
];

/** A shell, make, env or npm that found no such program. */
const NO_COMMAND: readonly RegExp[] = [
  /^(?:\S+: )?(?:line \d+: |\d+: )?([\w./+-]+): (?:command )?not found$/m,
  /^(?:\S+: )?(?:line )?\d+: ([\w./+-]+): No such file or directory$/m,
  /^(?:\/usr\/bin\/)?env: [‘'"]?([\w./+-]+)[’'"]?: No such file or directory$/m,
  /^g?make(?:\[\d+\])?: ([\w./+-]+): No such file or directory$/m,
  /^pyenv: ([\w.-]+): command not found$/m,
  /^error: Failed to spawn: `([^`]+)`$/m,
  /^(?:Error: )?spawn ([\w./+-]+) ENOENT/m,
];

/**
 * What is missing when a check could not even start: its command, or a package from outside the project. Null for an
 * ordinary red check, and whenever some test did pass.
 */
export function missingFrom(exit: number, raw: string, isOwn: OwnModule): string | null {
  if (exit === 0) return null;
  const output = plainText(raw);
  if ((readReport(output).passed ?? 0) > 0) return null;
  const started = exit === 127 || exit === 126 || /^g?make(?:\[\d+\])?: \*\*\* .*Error 12[67]$/m.test(output);
  const command = NO_COMMAND.map(pattern => pattern.exec(output)?.[1]).find(name => name !== undefined);
  if (command !== undefined && (started || !command.includes('/'))) {
    const venv = /^(?:.*\/)?\.?venv\/(?:bin|Scripts)\//.exec(command)?.[0];
    if (venv !== undefined) return `the Python environment ${venv.replace(/\/(?:bin|Scripts)\/$/, '')} (${command})`;
    if (started && (!command.includes('/') || /(?:^|\/)(?:node_modules|vendor)\//.test(command)))
      return `the command ${command}`;
    if (/^(?:pyenv|error: Failed to spawn|(?:Error: )?spawn|(?:\/usr\/bin\/)?env|g?make)/m.test(output))
      return `the command ${command}`;
  }
  for (const { pattern, says, language } of SIGNS) {
    const name = pattern.exec(output)?.[1];
    if (name === undefined || (language === 'node' && !isOutside(name))) continue;
    if (language === undefined || !isOwn(language, name)) return says(name);
  }
  return null;
}

const isOutside = (specifier: string): boolean =>
  /^(?:@[\w.-]+\/)?[\w][\w.-]*(?:\/|$)/.test(specifier) && !specifier.startsWith('file:');
