import { existsSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { err, fail, ok, type Result } from '../core/failure.ts';
import { type Chosen, chooseDialect } from '../km/dialects/choose.ts';
import type { Unrecognised } from '../km/dialects/dialect.ts';
import { FILE_LIMIT, fileSource, type ReadSource, readSource } from '../km/dialects/read-source.ts';
import { OWN_PLAN } from '../km/dialects/table.ts';
import { takeImport } from '../km/dialects/take.ts';
import type { Km, Project } from '../km/km.ts';
import { importPlan } from '../km/plan/import.ts';
import { fileIo } from '../km/plan/io.ts';
import type { AppCore } from './core.ts';
import { pullPlans, syncPlans } from './plan-commands.ts';
import type { ImportOptions, ImportReport } from './types.ts';

/** What stdin is called among the sources. */
const STDIN = '-';

type Place = { readonly km: Km; readonly project: Project; readonly agent: string; readonly path: string };

/** Reads a plan in any known way into a project, and writes what is new into the project's own plan. */
export async function importSource(
  core: AppCore,
  project: Project,
  options: ImportOptions,
): Promise<Result<ImportReport>> {
  const km = core.km();
  if (!km.ok) return km;
  const path = options.text === undefined ? realPath(resolve(core.cwd, options.path)) : STDIN;
  const read = options.text === undefined ? readSource(path) : readStdin(options.text);
  if (!read.ok) return read;
  const place = { km: km.value, project, agent: options.agent, path };
  const isOwnFile = km.value.planFiles(project.id).some(row => join(project.root, row.path) === path);
  const chosen = chooseDialect(read.value.source, options.from, isOwnFile);
  if (!chosen.ok) return chosen;
  if (chosen.value.kind === 'dialect') {
    const pulled = await pullPlans(core, km.value, project);
    if (!pulled.ok) return pulled;
  }
  const taken = takeChosen(core, place, chosen.value, options.dry_run === true);
  if (!taken.ok) return taken;
  const report = { ...taken.value, unrecognised: [...read.value.unread, ...taken.value.unrecognised] };
  if (options.dry_run === true) return ok(report);
  const synced = await syncPlans(core, project, options.agent);
  return synced.ok ? ok(report) : synced;
}

/** A file that was found by a symbolic link is the same source. */
const realPath = (path: string): string => (existsSync(path) ? realpathSync.native(path) : path);

function readStdin(text: string): Result<ReadSource> {
  if (text.length > FILE_LIMIT)
    return fail('input.invalid', 'Stdin gave more text than any plan has.', 'Give the plan itself, or split it.');
  return ok({ source: fileSource('stdin', text), unread: [] });
}

function takeChosen(core: AppCore, place: Place, chosen: Chosen, dryRun: boolean): Result<ImportReport> {
  const { km, project, agent } = place;
  const path = chosen.path === '' ? place.path : join(place.path, chosen.path);
  const now = core.clock.now();
  if (chosen.kind === 'own') {
    const own = () => importPlan({ km, project, path, text: chosen.text, io: fileIo(), now, agent });
    const taken = dryRun ? rehearse(km, own) : own();
    return taken.ok
      ? ok({ ...taken.value, dialect: OWN_PLAN, gone: [], conflicts: [], ...(dryRun ? { dry_run: true } : {}) })
      : taken;
  }
  const marked = conflictMarkers(chosen.source.files);
  if (marked !== null)
    return fail(
      'plan.invalid',
      `${marked.file ?? path} holds unresolved merge conflicts, at line ${marked.line}. Nothing was imported.`,
      'Resolve them in your editor, then import it again.',
    );
  const dialect = chosen.dialect.name;
  const source = {
    km,
    project,
    dialect,
    path: nameOf(project, path),
    plan: chosen.dialect.read(chosen.source),
    agent,
    now,
  };
  const isThere = (earlier: string) => existsSync(resolve(project.root, earlier));
  const taken = takeImport({ ...source, isThere, dry_run: dryRun });
  return taken.ok ? ok({ ...taken.value, dialect, ...(dryRun ? { dry_run: true } : {}) }) : taken;
}

/** Does the work and undoes all that it wrote. */
function rehearse<T>(km: Km, work: () => Result<T>): Result<T> {
  let done: Result<T> | null = null;
  const undone = km.allOrNothing<T>(() => {
    done = work();
    return done.ok
      ? err({ code: 'input.invalid', message: 'Nothing was written.', hint: 'Run it without --dry_run.' })
      : done;
  });
  return done ?? undone;
}

/** A source inside the project is named relative to it, so that a moved project knows it again. */
function nameOf(project: Project, path: string): string {
  if (path === STDIN) return path;
  const inside = relative(project.root, path).replaceAll('\\', '/');
  return inside.startsWith('../') || inside === '..' || isAbsolute(inside) ? path : inside || '.';
}

function conflictMarkers(files: readonly { readonly path: string; readonly text: string }[]): Unrecognised | null {
  for (const { path, text } of files) {
    const at = /^<{7} .*$/m.exec(text);
    if (at !== null && /^>{7} /m.test(text.slice(at.index)))
      return {
        line: text.slice(0, at.index).split('\n').length,
        text: at[0],
        ...(files.length > 1 ? { file: path } : {}),
      };
  }
  return null;
}
