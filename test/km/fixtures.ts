import { fileURLToPath } from 'node:url';
import type { Clock } from '../../src/core/clock.ts';
import type { Result } from '../../src/core/failure.ts';
import { type Database, openDatabase } from '../../src/km/database.ts';
import type { Km, NewTask } from '../../src/km/km.ts';
import { createKm } from '../../src/km/repository.ts';

export const MIGRATIONS = fileURLToPath(new URL('../../drizzle', import.meta.url));

/** A clock that stands still until it is moved. */
export type TestClock = Clock & { forward(seconds: number): void };

export function testClock(start = '2026-11-21T09:00:00Z'): TestClock {
  let now = new Date(start).getTime();
  let seed = 1;
  return {
    now: () => new Date(now),
    random() {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    },
    sleep: async () => {},
    forward(seconds) {
      now += seconds * 1000;
    },
  };
}

export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

/** The code of an expected failure, or `ok`. */
export const codeOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.error.code);

export const messageOf = (result: Result<unknown>): string => (result.ok ? '' : result.error.message);

export type World = {
  readonly database: Database;
  readonly km: Km;
  readonly clock: TestClock;
  readonly project: number;
};

export function makeWorld(file = ':memory:'): World {
  const clock = testClock();
  const database = must(openDatabase(file, { migrations: MIGRATIONS }));
  const km = createKm(database, clock);
  const project = must(km.addProject({ name: 'demo', root: '/nowhere/demo' })).id;
  return { database, km, clock, project };
}

/** Adds tasks by key; a list names what each depends on. */
export function addTasks(
  { km, project }: Pick<World, 'km' | 'project'>,
  tasks: Readonly<Record<string, readonly string[] | Partial<NewTask>>>,
): Readonly<Record<string, number>> {
  const ids: Record<string, number> = {};
  for (const [key, more] of Object.entries(tasks)) {
    const fields = Array.isArray(more) ? { depends_on: more } : more;
    ids[key] = must(km.addTask({ project_id: project, key, title: `Task ${key}`, ...fields }, 'person')).id;
  }
  return ids;
}
