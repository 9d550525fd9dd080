import { fail, ok, type Result } from '../../../core/failure.ts';
import type { Km, Project } from '../../km.ts';
import { beads } from './beads.ts';
import { checklist } from './checklist.ts';
import { csv } from './csv.ts';
import type { Exporter, ExportPlan } from './exporter.ts';
import { json } from './json.ts';
import { taskmaster } from './taskmaster.ts';
import { taskwarrior } from './taskwarrior.ts';

/** Every way to write tasks down for another tool. */
export const EXPORTERS: readonly Exporter[] = [checklist, taskmaster, beads, taskwarrior, json, csv];

export function exporterNamed(name: string): Result<Exporter> {
  const exporter = EXPORTERS.find(known => known.name === name);
  return exporter === undefined
    ? fail(
        'input.invalid',
        `Tasks cannot be exported to ${JSON.stringify(name.slice(0, 40))}.`,
        `Give one of: ${EXPORTERS.map(known => known.name).join(', ')}.`,
      )
    : ok(exporter);
}

/** What is exported: the tasks that a filter finds (all of them without one), with the stages that they stand in. */
export function exportPlan(km: Km, project: Project, filter: string): Result<ExportPlan> {
  const found = km.searchTasks(project.id, filter, { order: 'plan', stages: true });
  if (!found.ok) return found;
  const all = km.listTasks({ project_id: project.id, stages: true }).tasks;
  const wanted = new Set(found.value.tasks.map(task => task.key));
  const byKey = new Map(all.map(task => [task.key, task]));
  for (const { key } of found.value.tasks)
    for (
      let at = byKey.get(byKey.get(key)?.parent ?? '');
      at !== undefined && !wanted.has(at.key);
      at = byKey.get(at.parent ?? '')
    )
      if (at.kind === 'stage') wanted.add(at.key);
  const tasks = all.filter(task => wanted.has(task.key)).map(task => ({ ...task, notes: km.notes(task.id) }));
  return ok({ project: project.name, origin: project.root, tasks });
}
