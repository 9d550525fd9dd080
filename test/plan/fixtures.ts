import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Task } from '../../src/core/task.ts';
import { openDatabase } from '../../src/km/database.ts';
import { type PlanDocument, type PlanTask, printPlan } from '../../src/km/plan/document.ts';
import { editPlan, type TextEdit } from '../../src/km/plan/edit.ts';
import { parsePlan } from '../../src/km/plan/parse.ts';
import type { PlanIo } from '../../src/km/plan/plan.ts';
import { pullPlan, syncPlan } from '../../src/km/plan/sync.ts';
import { createKm } from '../../src/km/repository.ts';
import { MIGRATIONS, must, testClock } from '../km/fixtures.ts';

const shared = resolve(process.env.LLMCLIS_SHARED ?? join(import.meta.dirname, '../../../shared'), 'data/plans');

/** Real plan files of many dialects, by name; empty where the shared data is not there. */
export function sharedPlans(): ReadonlyMap<string, string> {
  if (!existsSync(shared)) return new Map();
  const files = readdirSync(shared).filter(name => statSync(join(shared, name)).isFile());
  return new Map(files.map(name => [name, readFileSync(join(shared, name), 'utf8')]));
}
export const ourPlan = (): string | undefined => sharedPlans().get('llmclis-plans.md');

export const PLAN = `# demo – Plans

- Last Updated: \`<auto>\`
- Last Editor (Agent / CLI): \`<name>\`

## Roadmap

- [ ] **Stage 1 – First**
- [ ] **Stage 2 – Second**

---

## Stage 1 – First

**Goal:** Something that works.

- [ ] **S1.1 – One**
  - **Description:** Do the first thing.
    - with care
  - **Created:** \`2026-01-01T00:00:00Z\` by \`max\`
  - **Last Updated:** \`<timestamp>\`
  - **Notes:**
    - Look at the old code.

- [ ] **S1.2 – Two**
  - **Description:** Do the second thing.
  - **Created:** \`2026-01-02T00:00:00Z\`
  - **Depends on:** S1.1
  - **Verify:** \`npm test\`

---

## Stage 2 – Second

- [ ] **S2.1 – Three**
- [ ] **S2.2 – Four**

---

## Done / Completed Work Log

> When a task is done it gets a line here.

- *(Empty – to be populated as work completes)*
`;

export function taskOf(document: PlanDocument, key: string): PlanTask {
  const task = document.tasks.find(found => found.key === key);
  if (task === undefined) throw new Error(`There is no task ${key}.`);
  return task;
}

export const parsedTask = (text: string, key: string): { document: PlanDocument; task: PlanTask } => {
  const document = parsePlan(text);
  return { document, task: taskOf(document, key) };
};

/** The text after the edits of one of its tasks. */
export const edited = (
  text: string,
  edits: (parsed: ReturnType<typeof parsedTask>) => readonly TextEdit[],
  key = 'A1',
) => {
  const parsed = parsedTask(text, key);
  return printPlan(editPlan(parsed.document, edits(parsed)));
};

/** A file system of one plan file, whose modification time counts its writes. */
export function memoryIo(
  start: string | null,
): PlanIo & { text: string | null; writes: number; beforeWrite: (() => void) | null } {
  let seen = start;
  let mtime = 1;
  const io = {
    text: start,
    writes: 0,
    beforeWrite: null as (() => void) | null,
    stat() {
      if (io.text !== seen) mtime += 1;
      seen = io.text;
      return io.text === null ? null : { size: Buffer.byteLength(io.text), mtime_ms: mtime };
    },
    read() {
      const stat = io.stat();
      return stat === null || io.text === null ? null : { text: io.text, ...stat };
    },
    write(path: string, text: string, expected: string | null) {
      io.beforeWrite?.();
      if (io.text !== expected) {
        return {
          ok: false as const,
          error: { code: 'file.changed' as const, message: `${path} changed.`, hint: 'Again.' },
        };
      }
      io.text = text;
      io.writes += 1;
      return { ok: true as const, value: io.stat() ?? { size: 0, mtime_ms: 0 } };
    },
  };
  return io;
}

/** A project with a real database and a plan file. */
export function planWorld(start: string | null = PLAN, root = '/nowhere/demo') {
  const clock = testClock();
  const database = must(openDatabase(':memory:', { migrations: MIGRATIONS }));
  const km = createKm(database, clock);
  const project = must(km.addProject({ name: 'demo', root }));
  const io = memoryIo(start);
  const options = () => ({ km, project, path: 'plans.md', io, now: clock.now(), agent: 'llmclis' });
  return {
    km,
    clock,
    io,
    project,
    options,
    sync: () => must(syncPlan(options())),
    pull: () => must(pullPlan(options())),
    task: (key: string): Task => must(km.task(project.id, key)),
    /** Gives the database's memory back, where many worlds are made. */
    close: () => database.sqlite.close(),
    /** Replaces a part of the file, as a person does in an editor. */
    edit(from: string, to: string) {
      if (io.text === null || !io.text.includes(from)) throw new Error(`The plan does not say: ${from}`);
      io.text = io.text.replace(from, () => to);
    },
  };
}

/** What a sync says when both sides agreed already. */
export const NOTHING = { changed_files: [], to_database: 0, to_file: 0, conflicts: [] };

/** A run's end of a task: proven, with a commit. */
export function finishTask(world: ReturnType<typeof planWorld>, key: string, commit = 'abc1234def'): void {
  must(world.km.markTaskStatus(world.task(key).id, 'in-progress', { agent: 'coder' }));
  must(world.km.markTaskStatus(world.task(key).id, 'done', { agent: 'coder', proof: 'red-green', commit }));
}

/** Lines of `after` that `before` does not have, and the other way round. */
export function changedLines(before: string, after: string): { added: string[]; removed: string[] } {
  const left = before.split('\n');
  const added: string[] = [];
  for (const line of after.split('\n')) {
    const at = left.indexOf(line);
    if (at < 0) added.push(line);
    else left.splice(at, 1);
  }
  return { added, removed: left };
}
