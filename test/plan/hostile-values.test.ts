import { describe, expect, it } from 'vitest';
import { codeOf, must } from '../km/fixtures.ts';
import { NOTHING, planWorld } from './fixtures.ts';

const ONE =
  '# P\n\n## Stage 1 – A\n\n- [ ] **S1.1 – One**\n  - **Description:** text\n    <!-- keep me -->\n  - **Created:** `2026-01-01`\n';

describe('values that a plan file cannot take as they are', () => {
  it('makes no task of a description, and leaves a person’s comment', () => {
    const world = planWorld(ONE);
    world.sync();
    const description = 'intro\n- [ ] **S9.1 – Y**\nend';
    must(world.km.editTask(world.task('S1.1').id, { description }, 'person'));
    world.sync();
    expect(world.sync()).toEqual(NOTHING);
    expect(world.km.listTasks({ project_id: world.project.id }).tasks.map(task => task.key)).toEqual(['S1.1']);
    expect(world.task('S1.1').description).toBe('intro\n- \\[ ] **S9.1 – Y**\nend');
    expect(world.io.text).toContain('    <!-- keep me -->\n');
  });

  it('ticks the box where a value cannot be written, and says which one stayed behind', () => {
    const world = planWorld(ONE);
    world.sync();
    const { id } = world.task('S1.1');
    must(world.km.editTask(id, { checklist: [{ text: '**S1.2 – x**', done: false }] }, 'person'));
    must(world.km.markTaskStatus(id, 'done', { agent: 'person', proof: 'accepted-by-person' }));
    const { conflicts } = world.sync();
    expect(world.io.text).toContain('- [x] **S1.1 – One**');
    expect(world.io.text).not.toContain('S1.2');
    expect(conflicts).toMatchObject([{ key: 'S1.1', field: 'checklist', database: '["[ ] **S1.2 – x**"]' }]);
    expect(world.task('S1.1').checklist).toEqual([{ text: '**S1.2 – x**', done: false }]);
  });

  it('has a day that the calendar has, and a title of one line', () => {
    const world = planWorld(ONE);
    world.sync();
    const { id } = world.task('S1.1');
    expect(codeOf(world.km.editTask(id, { due: '2026-02-31' }, 'me'))).toBe('input.invalid');
    expect(must(world.km.editTask(id, { due: '2028-02-29' }, 'me')).due).toBe('2028-02-29');
    expect(must(world.km.editTask(id, { title: 'a\n b' }, 'me')).title).toBe('a b');
  });

  it.each([
    ['**S1.1 – With **bold** and `code`: and colon**', 'With **bold** and `code`: and colon'],
    ['**S1.1 – Slugs ** keep digits: yes**', 'Slugs ** keep digits: yes'],
    ['**S1.1 – Title** and **more**', 'Title'],
    ['**S1.1 – Title** (soon)', 'Title'],
  ])('reads the title of %s whole', (head, title) => {
    const world = planWorld(`## Stage 1 – A\n\n- [ ] ${head}\n`);
    world.sync();
    expect(world.task('S1.1').title).toBe(title);
  });

  it('unblocks a task whose mark a person turns from blocked to in progress', () => {
    const world = planWorld(ONE);
    world.sync();
    world.edit('- [ ] **S1.1', '- [!] **S1.1');
    world.sync();
    expect(world.task('S1.1').status).toBe('blocked');
    world.edit('- [!] **S1.1', '- [~] **S1.1');
    world.sync();
    expect(world.task('S1.1').status).toBe('pending');
  });

  it('unticks a stage that was whole when a task is added to it', () => {
    const world = planWorld('## Roadmap\n\n- [ ] **Stage 1 – A**\n\n## Stage 1 – A\n\n- [ ] **S1.1 – One**\n');
    world.sync();
    must(world.km.markTaskStatus(world.task('S1.1').id, 'done', { agent: 'me', proof: 'accepted-by-person' }));
    world.sync();
    expect(world.io.text).toContain('- [x] **Stage 1');
    must(world.km.addTask({ project_id: world.project.id, key: 'S1.2', title: 'Two', parent: 'S1' }, 'me'));
    world.sync();
    expect(world.io.text).toContain('- [ ] **Stage 1');
    expect(world.sync()).toEqual(NOTHING);
  });
});
