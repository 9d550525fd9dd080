import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Project } from '../km/km.ts';
import { fileIo } from '../km/plan/io.ts';
import { exportEntries } from '../memory/exchange/export.ts';
import { type ImportReport, importEntries } from '../memory/exchange/import.ts';
import { parseJsonl, printJsonl } from '../memory/exchange/jsonl.ts';
import { parseMarkdown, printMarkdown } from '../memory/exchange/markdown.ts';
import type { ExchangeFile } from '../memory/exchange/portable.ts';
import { type Keeper, makeKeeper } from '../memory/record/keeper.ts';
import type { AppCore } from './core.ts';
import type { MemoryExport, MemoryExportWish, MemoryImportWish } from './record-types.ts';
import { secretsFor } from './secrets-for.ts';

function openKeeper(core: AppCore, project: Project): Result<Keeper> {
  const database = core.database();
  if (!database.ok) return database;
  const known = secretsFor(core, project);
  return ok(makeKeeper(database.value.sqlite, core.clock, text => known.keep(known.clean(text))));
}

export function exportMemory(core: AppCore, project: Project, wish: MemoryExportWish): Result<MemoryExport> {
  const keeper = openKeeper(core, project);
  if (!keeper.ok) return keeper;
  const exported = keeper.value.sqlite.transaction(() => exportEntries(keeper.value, project.id, wish.types))();
  const { header, entries } = exported;
  const title = `What llmclis remembers of ${project.name}`;
  const whole = (): string => (wish.format === 'jsonl' ? printJsonl(exported) : printMarkdown(exported, title));
  if (wish.to === undefined) return ok({ entries: entries.length, files: [], text: whole() });
  const path = resolve(core.cwd, wish.to);
  if (!/[\\/]$/.test(wish.to) && !isFolder(path)) return write(entries.length, [[path, whole()]], wish.force);
  if (wish.format === 'jsonl') return write(entries.length, [[join(path, 'memory.jsonl'), whole()]], wish.force);
  const byType = [...Map.groupBy(entries, ({ type }) => type)].map(([type, some]): readonly [string, string] => [
    join(path, `${type}.md`),
    printMarkdown({ header, entries: some }, `${title}: ${type.replaceAll('_', ' ')}`),
  ]);
  return write(entries.length, byType, wish.force);
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

function write(entries: number, files: readonly (readonly [string, string])[], force: boolean): Result<MemoryExport> {
  const io = fileIo();
  try {
    const before = files.map(([path]) => io.read(path)?.text ?? null);
    const there = files.findIndex(([, text], place) => before[place] !== null && before[place] !== text);
    if (there >= 0 && !force)
      return fail(
        'input.invalid',
        `${files[there]?.[0]} is there already. Nothing was written.`,
        'Read its edits in first: llmclis memory import FILE. Then replace it with --force, or name another one.',
      );
    for (const [place, [path, text]] of files.entries()) {
      mkdirSync(dirname(path), { recursive: true });
      const written = io.write(path, text, before[place] ?? null);
      if (!written.ok) return written;
    }
    return ok({ entries, files: files.map(([path]) => path), text: null });
  } catch (problem) {
    return unusable('written', files[0]?.[0] ?? '', problem);
  }
}

const unusable = (done: string, path: string, problem: unknown): Result<never> => {
  if (!(problem instanceof Error && 'code' in problem)) throw problem;
  return fail('input.invalid', `${path} cannot be ${done}: ${problem.message}.`, 'Name another file or folder.');
};

export function importMemory(core: AppCore, project: Project, wish: MemoryImportWish): Result<ImportReport> {
  const keeper = openKeeper(core, project);
  if (!keeper.ok) return keeper;
  const km = core.km();
  if (!km.ok) return km;
  const files: ExchangeFile[] = [];
  for (const { name, text } of wish.files) {
    const read = text === null ? readFiles(resolve(core.cwd, name)) : readText('standard input', text);
    if (!read.ok) return read;
    files.push(...read.value);
  }
  return importEntries(keeper.value, {
    files,
    projectId: project.id,
    agent: wish.agent,
    dry_run: wish.dry_run,
    taskId(key) {
      const task = km.value.task(project.id, key);
      return task.ok && task.value.key === key ? task.value.id : null;
    },
  });
}

/** A file, or all Markdown and JSONL files of a folder. */
function readFiles(path: string): Result<readonly ExchangeFile[]> {
  try {
    const paths = isFolder(path)
      ? readdirSync(path)
          .filter(name => /\.(?:md|jsonl)$/.test(name))
          .sort()
          .map(name => join(path, name))
      : [path];
    const files: ExchangeFile[] = [];
    for (const file of paths) {
      const found = fileIo().read(file);
      if (found === null)
        return fail('input.not_found', `There is no file ${file}.`, 'Give a file that llmclis memory export wrote.');
      const read = readText(file, found.text);
      if (!read.ok) return read;
      files.push(...read.value);
    }
    return ok(files);
  } catch (problem) {
    return unusable('read', path, problem);
  }
}

function readText(name: string, text: string): Result<readonly ExchangeFile[]> {
  const isMarkdown = /^\uFEFF?\s*<!--/.test(text);
  const read = isMarkdown ? parseMarkdown(name, text) : parseJsonl(name, text);
  return read.ok ? ok([read.value]) : read;
}
