import fc from 'fast-check';
import type { Queue, TaskStatus } from '../../src/core/task.ts';
import type { TaskEdit } from '../../src/km/km.ts';
import { type FieldName, type PlanDocument, printPlan } from '../../src/km/plan/document.ts';
import { parsePlan } from '../../src/km/plan/parse.ts';
import { syncPlan } from '../../src/km/plan/sync.ts';
import { must } from '../km/fixtures.ts';
import { changedLines, NOTHING, planWorld, sharedPlans } from './fixtures.ts';

/** A plan with every field there is, and with much that is none of the program's business. */
export const RICH = `# demo – Plans

- Last Updated: \`<auto>\`
- Last Editor (Agent / CLI): \`<name>\`

> > - [ ] quoted twice, no task

<!-- - [ ] **Z1 – in a comment** -->

~~~md
- [ ] **Z2 – in a fence**
~~~

## Roadmap

- [ ] **Stage 1 – First**
- [ ] **Stage 2 – Second**

## Stage 1 – First

**Goal:** Something that works.

- [ ] **S1.1 – One**
  - **Description:** Do the first thing.
    - with care

    \`\`\`sh
    - [ ] run it
    \`\`\`
  - **Acceptance:** It works.
    - for everyone
  - **Created:** \`2026-01-01T00:00:00Z\` by \`max\`
  - **Last Updated:** \`<timestamp>\` by \`<agent>\`
  - **Depends on:** S2.1 (its API), S1.2
  - **Tags:** api, ui
  - **Checklist:**
    - [ ] first step
      goes on
    - [x] second step
      - [ ] inner step
  - **Links:**
    - Research: \`research.md#what\` *(example)*
    - [docs](https://example.org), docs/b.md
  - beside the fields
  - **Goal:** not a field
  - **Notes:**  
    - Look at the old code.
<!-- a comment in the way -->

- [ ] **S1.2 – Two**
  - **Description:** Do the second thing.
  - **Created:** \`2026-01-02T00:00:00Z\`
  - **Verify:**
    - \`npm test\`
    - \`make check\` in the end
  - **Priority:** 1 – soon
  - **Assignee:** max
  - **Due:** 2026-12-31 at the latest
  - **Complexity:** 3
  - [ ] **S1.2.1 – Inner**

* [ ] S1.3 – Three
\t* Depends on: S1.1
\t* **Related**: S1.2
\t* loose words

## Stage 2 – Second

1. [ ] **S2.1 – Three**
2. [ ] **S2.2 – Four**
   - **Queue:** heavy

Prose | with | a | table
--- | --- | --- | ---

## Done / Completed Work Log

> When a task is done it gets a line here.

- *(Empty – to be populated as work completes)*
`;

export const starts = fc.constantFrom(RICH, RICH.replaceAll('\n', '\r\n'), `\uFEFF${RICH}`, RICH.trimEnd());
const KEYS = ['S1.1', 'S1.2', 'S1.2.1', 'S1.3', 'S2.1', 'S2.2'] as const;
const key = fc.constantFrom(...KEYS);

export type World = ReturnType<typeof planWorld>;
/** A change of one side, and the words that it brings: they must not be lost. */
export type Change = {
  readonly name: string;
  readonly key: string;
  readonly tokens: readonly string[];
  /** Fields that it is about. */
  readonly fields: readonly (FieldName | 'title' | 'box')[];
  readonly make: (world: World) => void;
};

/** Words that are nowhere else; `side` keeps the two sides' words apart. */
const word = (side: 'f' | 'd') => fc.integer({ min: 0, max: 999_999 }).map(number => `${side}${number}w`);

/** Changes the lines of a task in the file. */
function inFile(world: World, taskKey: string, change: (lines: string[], at: number, indent: string) => void): void {
  const text = world.io.text ?? '';
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(eol);
  const task = parsePlan(text).tasks.find(found => found.key === taskKey);
  if (task === undefined) throw new Error(`${taskKey} is not in the file.`);
  const chunk = task.chunks[0];
  const space = /^[ \t]*/.exec(lines[chunk?.line ?? task.line] ?? '')?.[0] ?? '';
  change(lines, task.line, chunk === undefined ? `${space}   ` : space);
  world.io.text = lines.join(eol);
}

/** Sets the first line of a field in the file, or adds it. */
const fieldInFile =
  (taskKey: string, name: FieldName, label: string, value: string) =>
  (world: World): void =>
    inFile(world, taskKey, (lines, at, indent) => {
      const task = parsePlan(world.io.text ?? '').tasks.find(found => found.key === taskKey);
      const chunk = task?.chunks.find(part => part.name === name);
      const line = `${indent}- **${label}:** ${value}`;
      if (chunk === undefined) lines.splice(at + 1, 0, line);
      else lines.splice(chunk.line, 1, line);
    });

export const fileChange: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(key, fc.constantFrom('x', '-', '~', '!')).map(([at, mark]) => ({
    name: `tick ${mark}`,
    key: at,
    tokens: [],
    fields: ['box' as const],
    make: (world: World) =>
      inFile(world, at, (lines, line) => lines.splice(line, 1, (lines[line] ?? '').replace(/\[.\]/, `[${mark}]`))),
  })),
  fc.tuple(key, word('f')).map(([at, title]) => ({
    name: 'title',
    key: at,
    tokens: [title],
    fields: ['title' as const],
    make: (world: World) =>
      inFile(world, at, (lines, line) => lines.splice(line, 1, (lines[line] ?? '').replace(/– \w+/, `– ${title}`))),
  })),
  fc
    .tuple(
      key,
      word('f'),
      fc.constantFrom(
        ['description', 'Description'] as const,
        ['acceptance', 'Acceptance'] as const,
        ['assignee', 'Assignee'] as const,
        ['tags', 'Tags'] as const,
        ['verify', 'Verify'] as const,
        ['protect', 'Protect'] as const,
        ['links', 'Links'] as const,
        ['checklist', 'Checklist'] as const,
        ['notes', 'Notes'] as const,
      ),
    )
    .map(([at, value, [field, label]]) => ({
      name: label,
      key: at,
      tokens: [value],
      fields: [field],
      make: fieldInFile(at, field, label, value),
    })),
  fc
    .tuple(
      key,
      fc.constantFrom(
        ['priority', 'Priority', '0'] as const,
        ['complexity', 'Complexity', '9'] as const,
        ['queue', 'Queue', 'critic'] as const,
        ['due', 'Due', '2027-01-01'] as const,
        ['depends_on', 'Depends on', 'none'] as const,
        ['related', 'Related', 'S2.2'] as const,
        ['role', 'Role', 'tester'] as const,
      ),
    )
    .map(([at, [field, label, value]]) => ({
      name: label,
      key: at,
      tokens: [],
      fields: [field],
      make: fieldInFile(at, field, label, value),
    })),
  fc.tuple(word('f'), fc.nat({ max: 200 })).map(([words, place]) => ({
    name: 'prose',
    key: 'none',
    tokens: [],
    fields: [],
    make: (world: World) => {
      const text = world.io.text ?? '';
      const eol = text.includes('\r\n') ? '\r\n' : '\n';
      const lines = text.split(eol);
      const blank = lines.flatMap((line, index) =>
        line === '' && (lines[index - 1] ?? '').startsWith('#') ? [index] : [],
      );
      lines.splice((blank[place % blank.length] ?? 0) + 1, 0, words, '');
      world.io.text = lines.join(eol);
    },
  })),
);

const status = fc.constantFrom<TaskStatus>('in-progress', 'done', 'blocked', 'cancelled');
const queue = fc.constantFrom<Queue>('standard', 'heavy', 'critic');

/** The field of the file that a field of the database stands in. */
const fieldOf = (name: string): FieldName | 'title' => (name === 'checks' ? 'verify' : (name as FieldName | 'title'));

function edited(at: string, edit: TaskEdit, tokens: readonly string[]): Change {
  const fields = Object.keys(edit).map(fieldOf);
  return {
    name: `database ${fields.join('+')}`,
    key: at,
    tokens,
    fields,
    make: world => void must(world.km.editTask(world.task(at).id, edit, 'coder')),
  };
}

export const databaseChange: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(key, status).map(([at, to]) => ({
    name: `database ${to}`,
    key: at,
    tokens: [],
    fields: ['box' as const],
    make: (world: World) =>
      void must(
        world.km.markTaskStatus(world.task(at).id, to, { agent: 'coder', proof: 'red-green', reason: 'unproven' }),
      ),
  })),
  fc.tuple(key, word('d'), fc.constantFrom('coder', 'person')).map(([at, text, agent]) => ({
    name: 'database note',
    key: at,
    tokens: [text],
    fields: ['notes' as const],
    make: (world: World) => void must(world.km.appendTaskNote(world.task(at).id, text, agent)),
  })),
  fc
    .tuple(key, word('d'), word('d'), fc.nat({ max: 9 }), fc.constantFrom('first', 'last', 'replace'))
    .map(([at, one, two, which, where]) => ({
      ...edited(at, {}, [one, two]),
      name: `database lines ${which} ${where}`,
      fields: [
        ['description', 'other'] as const,
        ['acceptance'] as const,
        ['links'] as const,
        ['checklist', 'other'] as const,
      ][which % 4] as readonly FieldName[],
      make: (world: World) => {
        const task = world.task(at);
        const put = <T>(list: readonly T[], ...added: T[]): T[] =>
          where === 'first'
            ? [...added, ...list]
            : where === 'last'
              ? [...list, ...added]
              : [...added, ...list.slice(1)];
        const edits: readonly TaskEdit[] = [
          { description: put(task.description.split('\n'), one, `- ${two}`).join('\n') },
          { acceptance: put(task.acceptance.split('\n'), one, two).join('\n') },
          { links: put(task.links, `https://x.org/${one}`, two) },
          { checklist: put(task.checklist, { text: one, done: true }, { text: two, done: false }) },
        ];
        must(world.km.editTask(task.id, edits[which % 4] ?? {}, 'coder'));
      },
    })),
  fc.tuple(key, word('d')).map(([at, title]) => edited(at, { title }, [title])),
  fc.tuple(key, word('d'), word('d')).map(([at, one, two]) => edited(at, { tags: [one], checks: [two] }, [one, two])),
  fc.tuple(key, fc.nat({ max: 4 }), queue).map(([at, priority, to]) => edited(at, { priority, queue: to }, [])),
  fc.tuple(key, word('d')).map(([at, assignee]) => edited(at, { assignee, due: null, complexity: 8 }, [assignee])),
  fc
    .tuple(key, key)
    .filter(([one, other]) => one !== other)
    .map(([at, other]) => edited(at, { related: [other], discovered_from: [other] }, [])),
  key.map(at => edited(at, { depends_on: [], links: [], checklist: [] }, [])),
);

/** Looks at a world, and gives its memory back. */
function inWorld(start: string, look: (world: World) => string | null): string | null {
  const world = planWorld(start);
  try {
    return look(world);
  } finally {
    world.close();
  }
}

/** The same with file and database in step. */
const inSyncedWorld = (start: string, look: (world: World) => string | null): string | null =>
  inWorld(start, world => {
    world.sync();
    world.clock.forward(100_000);
    return look(world);
  });

function lineOf(document: PlanDocument, index: number): string {
  return document.lines[index]?.text ?? '';
}

/** Lines of a plan that an edit of the task's fields may change. */
function mayChange(text: string, change: Change): ReadonlySet<string> {
  const document = parsePlan(text);
  const task = document.tasks.find(found => found.key === change.key);
  const fields: readonly string[] = [...change.fields, 'last_updated', 'notes'];
  const chunks = (task?.chunks ?? []).filter(chunk => fields.includes(chunk.name));
  return new Set([
    ...[document.header.updated, document.header.editor].flatMap(span =>
      span === null ? [] : lineOf(document, span.line),
    ),
    ...document.stages.flatMap(stage => (stage.item === null ? [] : lineOf(document, stage.item.line))),
    ...(task === undefined ? [] : [lineOf(document, task.line)]),
    ...chunks.flatMap(chunk => document.lines.slice(chunk.line, chunk.end).map(line => line.text)),
    ...document.lines.map(line => line.text).filter(line => /^- \d{4}-\d{2}-\d{2} — /.test(line)),
    '',
  ]);
}

/** What is wrong after a sync that follows one change; null when nothing is. */
export const strayBytes = (start: string, change: Change): string | null =>
  inSyncedWorld(start, world => strayIn(world, change));

function strayIn(world: World, change: Change): string | null {
  change.make(world);
  const before = world.io.text ?? '';
  const result = syncPlan(world.options());
  if (!result.ok) return `refused: ${result.error.message}`;
  const after = world.io.text ?? '';
  const { added, removed } = changedLines(before, after);
  const [old, now] = [mayChange(before, change), mayChange(after, change)];
  const bare = (line: string) => line.replace(/\r$/, '');
  const stray = [
    ...removed.filter(line => !old.has(bare(line))).map(line => `gone: ${line}`),
    ...added.filter(line => !now.has(bare(line))).map(line => `new: ${line}`),
  ];
  if (/\r\n/.test(before) && /(?<!\r)\n/.test(after)) stray.push('a line ending changed');
  world.clock.forward(10);
  const again = syncPlan(world.options());
  if (!again.ok || JSON.stringify(again.value) !== JSON.stringify(NOTHING)) stray.push('a second sync does something');
  if (world.io.text !== after) stray.push('a second sync writes');
  return stray.length === 0 ? null : stray.join('\n');
}

/** What is lost when both sides change something at once; null when nothing is. */
export const lostWords = (start: string, file: Change, database: Change): string | null =>
  inSyncedWorld(start, world => lostIn(world, file, database));

function lostIn(world: World, file: Change, database: Change): string | null {
  database.make(world);
  file.make(world);
  const result = syncPlan(world.options());
  if (!result.ok) return `refused: ${result.error.message}`;
  const { tasks } = world.km.listTasks({ project_id: world.project.id, stages: true });
  const kept = JSON.stringify(tasks.map(task => [task, world.km.notes(task.id)]));
  const told = kept + JSON.stringify(tasks.map(task => world.km.history(task.id)));
  const lost = [
    ...file.tokens.filter(token => !kept.includes(token)),
    ...file.tokens.filter(token => !(world.io.text ?? '').includes(token)).map(token => `${token} in the file`),
    ...database.tokens.filter(token => !told.includes(token)),
  ];
  for (const conflict of result.value.conflicts)
    if (!kept.includes(JSON.stringify(conflict.database).slice(1, -1).slice(0, 100)))
      lost.push(`the note for ${conflict.field}`);
  world.clock.forward(10);
  const text = world.io.text;
  const again = syncPlan(world.options());
  if (!again.ok || again.value.changed_files.length + again.value.to_database > 0) lost.push('peace after it');
  if (world.io.text !== text) lost.push('the bytes of a second sync');
  return lost.length === 0 ? null : lost.join(', ');
}

/** Texts that look like plans, and texts that do not. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        '\r\n',
        '\n',
        '\n',
        '\r',
        '  ',
        '\t',
        '- [ ] ',
        '* [x] ',
        '1. ',
        '**A1 – t**',
        '**A2 – u**',
        'Stage 1 – s',
        '## Stage 2 – t',
        '```',
        '~~~',
        '<!--',
        '-->',
        '---',
        '> ',
        '- **Checklist:**',
        '- **Links:** x',
        '- **Notes:**',
        '# Done log',
        'text',
        '\u2028',
      ),
      { maxLength: 40 },
    )
    .map(parts => parts.join('')),
);

/** What a sync with nothing to do changes; null when it is nothing. */
export const restless = (text: string): string | null =>
  printPlan(parsePlan(text)) === text ? inWorld(text, world => restlessIn(world, text)) : 'printing';

function restlessIn(world: World, text: string): string | null {
  const first = syncPlan(world.options());
  if (!first.ok) return world.io.text === text ? null : 'a refused file was written';
  const [after, row] = [world.io.text, world.km.planFiles(world.project.id)[0]];
  if (after !== text) return 'the first sync wrote';
  world.clock.forward(100_000);
  const second = syncPlan(world.options());
  if (!second.ok || JSON.stringify({ ...second.value, conflicts: [] }) !== JSON.stringify(NOTHING)) return 'a change';
  if (world.io.text !== text || world.io.writes > 0) return 'bytes';
  return JSON.stringify(world.km.planFiles(world.project.id)[0]) === JSON.stringify(row) ? null : 'the row of the file';
}

export const sharedTexts = (): readonly string[] =>
  [...sharedPlans()].filter(([name]) => /\.md$/.test(name)).map(([, text]) => text);
