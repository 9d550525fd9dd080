import { shellQuoted } from '../core/shell-quote.ts';
import { BY_LANGUAGE, LAST_RESORTS } from './detect-languages.ts';
import { packageScript } from './detect-package.ts';
import { type Detected, detected, type Finder, type ProjectFiles } from './finder.ts';

export type { Detected, ProjectFiles } from './finder.ts';
export { newSettingsText } from './settings-text.ts';

function firstWith(files: ProjectFiles, names: readonly string[], pattern: RegExp): string | null {
  return names.find(name => pattern.test(files.read(name) ?? '')) ?? null;
}

/** A `test:` target; not `.PHONY: test`, not `test-unit:`, not the assignment `test := …`. */
const TEST_TARGET = /^test[ \t]*::?(?!=)/m;

const makefile: Finder = files => {
  const name = firstWith(files, ['GNUmakefile', 'makefile', 'Makefile'], TEST_TARGET);
  return name === null ? null : detected('make test', `${name} target "test"`);
};

const justfile: Finder = files => {
  const name = firstWith(files, ['justfile', 'Justfile', '.justfile'], /^@?test\b[^\n:]*:(?!=)/m);
  return name === null ? null : detected('just test', `${name} recipe "test"`);
};

const taskfile: Finder = files => {
  const name = firstWith(files, ['Taskfile.yml', 'Taskfile.yaml'], /^tasks:[^\S\n]*\n(?:.*\n)*?[ \t]+test:/m);
  return name === null ? null : detected('task test', `${name} task "test"`);
};

/** What the project declares itself comes first, then what its language's tools do by convention. */
const DECLARED: readonly Finder[] = [packageScript, makefile, justfile, taskfile];

/** Folders whose packages are not the project. */
const ASIDE =
  /^(?:\.|_)|^(?:docs?|examples?|samples?|fixtures?|tests?|specs?|vendor|third_party|node_modules|venv|scripts?|tools?|benchmarks?|dist|build|target|assets|public)$/i;
const MAX_PARTS = 5;

/** A project of several parts: what each folder at the top says of itself, when the top says nothing. */
function inParts(files: ProjectFiles): Detected | null {
  const folders = (files.folders?.() ?? []).filter(name => !ASIDE.test(name)).toSorted();
  const parts = folders.flatMap(folder => {
    const inside: ProjectFiles = {
      read: path => files.read(`${folder}/${path}`),
      exists: path => files.exists(`${folder}/${path}`),
    };
    const best = bestOf(inside);
    return best === null ? [] : [{ folder, best }];
  });
  if (parts.length === 0 || parts.length > MAX_PARTS) return null;
  const note = 'These commands are taken together: a part that cannot be tested here should be left out of verify.';
  return {
    commands: parts.flatMap(({ folder, best }) => best.commands.map(command => `cd ${quoted(folder)} && ${command}`)),
    from: parts.map(({ folder, best }) => `${folder}/${best.from}`).join(', '),
    warnings: [...parts.flatMap(({ best }) => best.warnings), ...(parts.length > 1 ? [note] : [])],
  };
}

const quoted = (name: string): string => (/^[\w.@+-]+$/.test(name) ? name : shellQuoted(name));

/**
 * Finds the command that tests a project, from its own files alone; null when nothing says so. Where several ways are
 * found the most explicit one is taken and the others are named in a warning. A project whose top says nothing is looked
 * at one folder deep.
 */
export const detectVerify = (files: ProjectFiles): Detected | null => bestOf(files) ?? inParts(files);

function bestOf(files: ProjectFiles): Detected | null {
  const ask = (finders: readonly Finder[]): readonly Detected[] =>
    finders.flatMap(find => {
      const answer = find(files);
      return answer === null ? [] : [answer];
    });
  const answers = ask([...DECLARED, ...BY_LANGUAGE]);
  const [best, ...others] = answers.length > 0 ? answers : ask(LAST_RESORTS).slice(0, 1);
  if (best === undefined) return null;
  if (others.length === 0) return best;
  const named = others.map(other => `${other.commands.join(' && ')} (${other.from})`).join('; ');
  const note = `Also found: ${named}. Add it to verify in llmclis.yaml if every task must keep it green.`;
  return { ...best, warnings: [...best.warnings, note] };
}
