import { describe, expect, it } from 'vitest';
import { must } from '../km/fixtures.ts';
import { NOTHING, planWorld } from './fixtures.ts';

const FILE = `## Stage 1 – First

- [ ] **S1.1 – One**
  - **Description:** Do it.
    - with care
  - **Links:**
    - Research: \`research.md#what\` *(example)*
  - **Checklist:**
    - [ ] first
    - [x] second
  - beside
  - **Acceptance:** It works.
  - **Complexity:** 3

- [ ] **S1.2 – Two**
  - [ ] only a step

- [ ] **S1.3 – Three**
  - **Description:** Plain.
  - **Links:** https://example.org
`;

/** What the first reading made of the file's descriptions: everything without a field of its own stood in them. */
const OLD = {
  'S1.1':
    'Do it.\n- with care\n- **Links:**\n  - Research: `research.md#what` *(example)*\n- **Checklist:**\n  - [ ] first\n  - [x] second\n- beside\n- **Acceptance:** It works.\n- **Complexity:** 3',
  'S1.2': '- [ ] only a step',
  'S1.3': 'Plain.\n- **Links:** https://example.org',
} as const;

/** A database as 0.1.0 left it after a sync of the file. */
function oldWorld() {
  const world = planWorld(FILE);
  const { km, project } = world;
  must(km.addTask({ project_id: project.id, key: 'S1', kind: 'stage', title: 'First', plan_file: 'plans.md' }, 'max'));
  for (const [key, description] of Object.entries(OLD)) {
    const title = { 'S1.1': 'One', 'S1.2': 'Two', 'S1.3': 'Three' }[key] ?? key;
    must(km.addTask({ project_id: project.id, key, title, parent: 'S1', description, plan_file: 'plans.md' }, 'max'));
  }
  const stat = world.io.stat('plans.md') ?? { size: 0, mtime_ms: 0 };
  const synced_at = world.clock.now().toISOString();
  km.savePlanFile({ project_id: project.id, path: 'plans.md', synced_text: FILE, synced_at, reader: 1, ...stat });
  world.clock.forward(60);
  return world;
}

describe('a database that an older reading of the plan has filled', () => {
  it('gets the fields that there are now, and the file keeps every byte', () => {
    const world = oldWorld();
    expect(world.sync()).toEqual(NOTHING);
    expect(world.io.text).toBe(FILE);
    expect(world.task('S1.1')).toMatchObject({
      description: 'Do it.\n- with care\n- beside',
      acceptance: 'It works.',
      complexity: 3,
      links: ['research.md#what'],
      checklist: [
        { text: 'first', done: false },
        { text: 'second', done: true },
      ],
    });
    expect(world.task('S1.2')).toMatchObject({ description: '', checklist: [{ text: 'only a step', done: false }] });
    expect(world.km.planFiles(world.project.id)[0]?.reader).toBe(2);
    const history = world.km.history(world.task('S1.1').id);
    expect(world.sync()).toEqual(NOTHING);
    expect(world.km.history(world.task('S1.1').id)).toEqual(history);
  });

  it('gets them by a pull too', () => {
    const world = oldWorld();
    expect(world.pull()).toEqual(NOTHING);
    expect(world.task('S1.3')).toMatchObject({ description: 'Plain.', links: ['https://example.org'] });
    expect(world.pull()).toEqual(NOTHING);
  });

  it('keeps what was changed in it and in the file since', () => {
    const world = oldWorld();
    const rest = OLD['S1.3'].slice('Plain.'.length);
    must(world.km.editTask(world.task('S1.3').id, { description: `Better.${rest}` }, 'coder'));
    must(world.km.editTask(world.task('S1.2').id, { description: 'All new.' }, 'coder'));
    world.edit('- [ ] first', '- [x] first');
    expect(world.sync().conflicts).toEqual([]);
    expect(world.task('S1.3')).toMatchObject({ description: 'Better.', links: ['https://example.org'] });
    expect(world.io.text).toContain('  - **Description:** Better.\n');
    expect(world.task('S1.2')).toMatchObject({ description: 'All new.', checklist: [{ text: 'only a step' }] });
    expect(world.task('S1.1').checklist).toEqual([
      { text: 'first', done: true },
      { text: 'second', done: true },
    ]);
    expect(world.sync()).toEqual(NOTHING);
  });
});
