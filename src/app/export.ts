import { join, resolve } from 'node:path';
import { fail, ok, type Result } from '../core/failure.ts';
import { exporterNamed, exportPlan } from '../km/dialects/export/table.ts';
import type { Project } from '../km/km.ts';
import { fileIo } from '../km/plan/io.ts';
import type { AppCore } from './core.ts';
import type { ExportOptions, ExportReport } from './types.ts';

/** Writes tasks down for another tool: as a text, and into a file where one is named. */
export function exportTasks(core: AppCore, project: Project, options: ExportOptions): Result<ExportReport> {
  const km = core.km();
  if (!km.ok) return km;
  const exporter = exporterNamed(options.to);
  if (!exporter.ok) return exporter;
  const plan = exportPlan(km.value, project, options.filter ?? '');
  if (!plan.ok) return plan;
  const text = exporter.value.write(plan.value);
  const tasks = plan.value.tasks.filter(task => task.kind === 'task').length;
  const report = {
    to: exporter.value.name,
    stages: plan.value.tasks.length - tasks,
    tasks,
    leaves_out: exporter.value.leaves_out,
    text,
  };
  if (options.out === undefined) return ok({ ...report, out: null });
  const path = resolve(core.cwd, options.out);
  const written = writeOut(
    km.value.planFiles(project.id).map(row => join(project.root, row.path)),
    path,
    text,
    options.force === true,
  );
  return written.ok ? ok({ ...report, out: path }) : written;
}

function writeOut(plans: readonly string[], path: string, text: string, force: boolean): Result<unknown> {
  const io = fileIo();
  if (plans.includes(path))
    return fail(
      'input.invalid',
      `${path} is a plan of this project; an export would replace it.`,
      'Name another file with --out.',
    );
  const before = readBefore(path);
  if (!before.ok) return before;
  if (before.value === text) return ok(undefined);
  if (before.value !== null && !force)
    return fail('input.invalid', `${path} is there already.`, 'Name another file, or replace it with --force.');
  return io.write(path, text, before.value);
}

function readBefore(path: string): Result<string | null> {
  try {
    return ok(fileIo().read(path)?.text ?? null);
  } catch (problem) {
    return fail(
      'input.invalid',
      `${path} cannot be written: ${problem instanceof Error ? problem.message : String(problem)}.`,
      'Name a file with --out.',
    );
  }
}
