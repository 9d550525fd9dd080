import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, openApp } from '../../src/app.ts';
import type { Result } from '../../src/core/failure.ts';
import type { Km, Project } from '../../src/km/km.ts';
import { connect, PATIENCE_MS } from '../../src/km/sqlite.ts';
import { SHIPPED } from './run.ts';

/** A project with a plan file and the home folder beside it, for processes that work on it at once. */
export type KmWorld = { readonly root: string; readonly home: string };

export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

export const openWorld = ({ root, home }: KmWorld): App =>
  openApp({ env: { ...process.env, LLMCLIS_HOME: home }, cwd: root, version: '0.0.0', shipped: SHIPPED });

/** The app, its knowledge manager and the one project of the world. */
export function insideWorld(world: KmWorld): { readonly app: App; readonly km: Km; readonly project: Project } {
  const app = openWorld(world);
  return { app, km: must(app.km()), project: must(app.project()) };
}

/** A project of `tasks` ready tasks, `K1` to `Kn`, all of them in its `plans.md`. */
export async function layOutWorld(folder: string, tasks: number): Promise<KmWorld> {
  const world = { root: join(folder, 'project'), home: join(folder, 'home') };
  mkdirSync(world.root, { recursive: true });
  const boxes = Array.from({ length: tasks }, (_, index) => `- [ ] **K${index + 1} – Make part ${index + 1}**\n`);
  writeFileSync(join(world.root, 'plans.md'), `# Parts\n\n${boxes.join('')}\n${LAST_WORDS}\n`);
  const app = openWorld(world);
  const km = must(app.km());
  const project = must(km.addProject({ name: 'parts', root: world.root }));
  must(await app.syncPlans(project, 'person'));
  app.close();
  return world;
}

/** Text at the end of the plan that no sync changes: a plan without it is half a plan. */
export const LAST_WORDS = 'The end of this plan is here.';

export const planText = ({ root }: KmWorld): string => readFileSync(join(root, 'plans.md'), 'utf8');

const COUNTERS = `
  SELECT key, open_blockers, open_children, done_children,
    (SELECT count(*) FROM task_deps d JOIN tasks b ON b.id = d.blocker_id WHERE d.task_id = t.id AND b.status NOT IN ('done', 'cancelled')) AS blockers,
    (SELECT count(*) FROM tasks c WHERE c.parent_id = t.id AND c.status NOT IN ('done', 'cancelled')) AS children,
    (SELECT count(*) FROM tasks c WHERE c.parent_id = t.id AND c.status = 'done') AS done
  FROM tasks t`;

/** What is wrong with the database file: damage, rows without their parents, counters that a recount does not confirm. */
export function damageOf({ home }: KmWorld): readonly string[] {
  const sqlite = connect(join(home, 'llmclis.db'), { readonly: false, timeout: PATIENCE_MS });
  try {
    const integrity = (sqlite.pragma('integrity_check') as { integrity_check: string }[]).map(
      row => row.integrity_check,
    );
    const orphans = (sqlite.pragma('foreign_key_check') as unknown[]).map(row => `orphan ${JSON.stringify(row)}`);
    const wrong = sqlite
      .prepare(
        `SELECT * FROM (${COUNTERS}) WHERE open_blockers <> blockers OR open_children <> children OR done_children <> done`,
      )
      .all()
      .map(row => `counter ${JSON.stringify(row)}`);
    return [...integrity.filter(text => text !== 'ok'), ...orphans, ...wrong];
  } finally {
    sqlite.close();
  }
}
