import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demoFile, layOut, runDemo } from '../support/demo.ts';
import { of } from '../support/events.ts';
import { git, read, temporaryFolder } from '../support/repository.ts';
import { typist } from '../support/typed.ts';

const DONE = ['D1.1', 'D1.2', 'D1.3', 'D2.1'];
const ISO = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ';

/** The key of the task, or the heading, under which each line of a plan stands. */
function placesOf(lines: readonly string[]): readonly string[] {
  let place = 'top';
  return lines.map(line => {
    const key = /^- \[.\] \*\*(D\d\.\d) /.exec(line)?.[1];
    const heading = /^#+ (.*)$/.exec(line)?.[1];
    place = key ?? heading ?? place;
    return place;
  });
}

describe('the demo', () => {
  it('is the main job end to end: what it says, what it leaves in git, in the plan, in issues and in memory', {
    timeout: 900_000,
  }, async () => {
    const folder = temporaryFolder();
    const { repository } = layOut(join(folder, 'demo'));
    const before = read(repository, 'plans.md');
    const events = await runDemo(join(folder, 'demo'));

    const finished = events.at(-1);
    expect(finished).toMatchObject({ type: 'run.finished', tasks: { done: 4, blocked: 1, left: 0 }, estimate: true });
    if (finished?.type !== 'run.finished') return;
    const { refused, refused_by, escalations, calls, tokens, usd, usd_all_cloud } = finished;
    expect(refused_by.checks_failed).toBeGreaterThanOrEqual(3);
    expect(refused_by.empty_diff).toBeGreaterThanOrEqual(1);
    expect(refused_by.protected_changed).toBeGreaterThanOrEqual(1);
    expect(Object.values(refused_by).reduce((sum, count) => sum + count, 0)).toBe(refused);
    expect(refused).toBe(of(events, 'claim.refused').length);
    expect(escalations).toBe(of(events, 'escalated').length);
    expect(escalations).toBeGreaterThanOrEqual(1);
    expect(usd_all_cloud).toBeGreaterThan(usd);
    const replies = of(events, 'model.replied');
    expect(calls).toEqual({
      local: replies.filter(({ location }) => location === 'local').length,
      cloud: replies.filter(({ location }) => location === 'cloud').length,
    });
    expect(tokens.in).toBe(replies.reduce((sum, reply) => sum + reply.tokens.in, 0));
    expect(usd).toBeCloseTo(
      replies.reduce((sum, reply) => sum + reply.usd, 0),
      9,
    );
    expect(of(events, 'run.started')[0]).toMatchObject({ scripted: true, sandbox: 'none', merge: 'auto' });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, place) => place + 1));

    // The stories, in the words of the journal.
    expect(of(events, 'task.done').map(({ task, tries, proof }) => [task, tries, proof])).toEqual([
      ['D1.1', 1, 'red-green'],
      ['D1.2', 2, 'red-green'],
      ['D1.3', 3, 'red-green'],
      ['D2.1', 3, 'red-green'],
    ]);
    const refusals = (task: string) =>
      of(events, 'claim.refused').flatMap(event => (event.task === task ? [event.because] : []));
    expect(refusals('D1.2')).toEqual(['checks_failed']);
    expect(refusals('D1.3')).toEqual(['checks_failed', 'checks_failed']);
    expect(refusals('D2.1')).toEqual(['empty_diff', 'protected_changed']);
    const second = of(events, 'brief.written').filter(({ task }) => task === 'D1.2')[1];
    expect(second?.text).toMatch(/not ok|✖|AssertionError/);
    const accepted = of(events, 'turn.started').findLast(({ task }) => task === 'D1.3');
    expect(accepted?.location).toBe('cloud');

    // One commit for each done task, its tree the one that was checked; the library's own tests pass for them.
    expect(
      git(repository, 'log', '--format=%s', '--reverse')
        .split('\n')
        .map(subject => subject.split(':')[0]),
    ).toEqual(['Start of textkit', ...DONE]);
    for (const { commit, tree } of of(events, 'merge.intended').map(event => ({ ...event, commit: event.new })))
      expect(git(repository, 'rev-parse', `${commit}^{tree}`)).toBe(tree);
    const test = (...files: string[]) =>
      execFileSync(process.execPath, ['--test', ...files.map(file => `test/${file}.test.js`)], {
        cwd: repository,
        stdio: 'pipe',
      });
    test('slugify', 'wrap', 'duration', 'csv');
    expect(() => test('title-case')).toThrow();
    const untidy = git(repository, 'status', '--porcelain').split('\n');
    expect(untidy.map(line => line.split(' ').at(-1))).toEqual(['plans.md', 'issues.md']);
    expect(git(repository, 'worktree', 'list').split('\n').length).toBeLessThanOrEqual(2);
    expect(git(repository, 'diff', '--name-only', 'HEAD~4', '--', 'test')).toBe('');

    // The plan: exactly the lines that a run may change.
    checkPlan(before, read(repository, 'plans.md'));

    // The issue and the way to it.
    const issues = read(repository, 'issues.md');
    const blocked = of(events, 'task.blocked')[0];
    expect(blocked).toMatchObject({ task: 'D2.2', reason: 'needs_input' });
    expect(issues).toContain('D2.2');
    const anchor = blocked?.issue?.split('#')[1] ?? '?';
    const headings = issues.split('\n').flatMap(line => /^#+ (.*)$/.exec(line)?.[1] ?? []);
    const slug = (heading: string) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-');
    expect(headings.map(slug)).toContain(anchor);
    expect(read(repository, 'plans.md')).toContain(`](issues.md#${anchor})`);

    // Each refusal that a success followed is a lesson; a brief has it only where it applies.
    const lessons = of(events, 'memory.stored').filter(({ memory_type }) => memory_type === 'lesson');
    expect(lessons.map(({ task }) => task)).toEqual(['D1.2', 'D1.3', 'D2.1']);
    expect(lessons[0]?.text).toMatch(/Wrong \(checks failed, coder on [\w-]+\): [\s\S]+Fixed by the coder on /);
    const later = of(events, 'brief.written').findLast(({ task }) => task === 'D2.1');
    expect(later?.recalled?.query).toContain('parseCsvRow');
    expect(later?.text).not.toContain('[lesson D1.2, #');

    // What was learnt is found again.
    const type = typist({ cwd: repository, home: join(folder, 'demo/home') });
    for (const [key, words] of [
      ['D1.1', 'slugify'],
      ['D1.2', 'wrap'],
      ['D1.3', 'duration'],
      ['D2.1', 'csv'],
      ['D2.2', 'title case'],
    ] as const) {
      const { hits } = (await type('memory', 'search', words, '--type', 'task_summary')).json as {
        hits: { task_key: string }[];
      };
      expect(
        hits.map(({ task_key }) => task_key),
        words,
      ).toContain(key);
    }
    expect((await type('quality')).json).toMatchObject({
      by: 'pair',
      quality: [{ role: 'coder', passed: expect.any(Number) }, {}],
    });
    expect((await type('next')).json).toMatchObject({ kind: 'blocked', waiting: [{ key: 'D2.2' }] });
    expect((await type('plan', 'sync')).json).toMatchObject({ to_database: 0, to_file: 0 });
    expect((await type('plan', 'check')).json).toMatchObject({ errors: 0 });
    expect(before).toBe(demoFile('plans.md'));
  });
});

/** Walks both plans side by side: every line is kept, or is one of those that may change or be added. */
function checkPlan(before: string, after: string): void {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const [oldPlaces, nowPlaces] = [placesOf(old), placesOf(now)];
  const worked = [...DONE, 'D2.2'];
  const added: { readonly place: string; readonly line: string }[] = [];
  const changed: { readonly place: string; readonly from: string; readonly to: string }[] = [];
  let at = 0;
  now.forEach((line, index) => {
    const place = nowPlaces[index] ?? '';
    const was = old[at] ?? '';
    if (line === was) at++;
    else if (kindOf(was, oldPlaces[at] ?? '') !== null && kindOf(was, oldPlaces[at] ?? '') === kindOf(line, place)) {
      changed.push({ place, from: was, to: line });
      at++;
    } else added.push({ place, line });
  });
  expect(at, `this line is gone: ${old[at]}`).toBe(old.length);

  const boxes = changed.filter(({ to }) => to.startsWith('- ['));
  const ticked = boxes.filter(({ to }) => to.startsWith('- [x] **D')).map(({ place }) => place);
  expect(ticked).toEqual(DONE);
  for (const { from, to } of boxes) expect(to.replace(/^- \[.\]/, '')).toBe(from.replace(/^- \[.\]/, ''));
  const stages = boxes.filter(({ to }) => /\*\*Stage/.test(to));
  expect(stages.map(({ to }) => to)).toEqual(['- [x] **Stage 1 – Words and Lines**']);
  expect(boxes.filter(({ place }) => place === 'D2.2').every(({ to }) => !to.startsWith('- [x]'))).toBe(true);

  const stamps = [...changed, ...added.map(({ place, line }) => ({ place, to: line }))].filter(({ to }) =>
    /Last Updated:\*\*/.test(to),
  );
  expect(stamps.map(({ place }) => place).sort()).toEqual(worked.toSorted());
  for (const { to } of stamps) expect(to).toMatch(new RegExp(`^  - \\*\\*Last Updated:\\*\\* \`${ISO}\` by \`llmclis`));

  const head = changed.filter(({ place }) => place === 'Metadata').map(({ to }) => to.split(':')[0]);
  expect(head).toEqual(['- Last Updated', '- Last Editor (Agent / CLI)']);

  const log = [...added, ...changed.map(({ place, to }) => ({ place, line: to }))].filter(({ place }) =>
    /^Done/.test(place),
  );
  expect(log.flatMap(({ line }) => /D\d\.\d/.exec(line)?.[0] ?? [])).toEqual(DONE);
  expect(log).toHaveLength(DONE.length);

  const rest = added.filter(({ place, line }) => !/^Done/.test(place) && !/Last Updated:\*\*/.test(line));
  expect(new Set(rest.map(({ place }) => place))).toEqual(new Set(worked));
  for (const { line } of rest) expect(line).toMatch(/^ {2}- \*\*Notes:\*\*$|^ {4}- \d{4}-\d\d-\d\d \(.+\): /);
  expect(changed.length).toBe(
    boxes.length +
      head.length +
      changed.filter(({ to }) => /Last Updated:\*\*/.test(to)).length +
      changed.filter(({ place }) => /^Done/.test(place)).length,
  );
}

/** What a line is, among those that may change; null for any other. */
function kindOf(line: string, place: string): string | null {
  if (/^- \[.\] \*\*/.test(line)) return `box of ${line.slice(5)}`;
  if (/^ {2}- \*\*Last Updated:\*\*/.test(line)) return `stamp of ${place}`;
  if (place === 'Metadata' && /^- Last (Updated|Editor)/.test(line)) return line.split(':')[0] ?? null;
  return /^Done/.test(place) && /^- /.test(line) ? 'log' : null;
}
