import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App, DemoReport, OrchestrateOptions } from '../../src/app.ts';
import { demo, demoExit } from '../../src/cli/commands/demo.ts';
import { orchestrate } from '../../src/cli/commands/orchestrate.ts';
import type { RunEvent } from '../../src/core/event.ts';
import { fail, ok } from '../../src/core/failure.ts';
import { shortRun, testApp, type, typeJson } from './app.ts';
import { testShell } from './shell.ts';

let world: ReturnType<typeof testApp>;
beforeEach(() => {
  world = testApp();
});
afterEach(() => world.close());

const summaryOf = (events: readonly RunEvent[]) => {
  const last = events.at(-1);
  if (last?.type !== 'run.finished') throw new Error('A run ends with run.finished.');
  return last;
};
/** An app whose run plays these events; it keeps the options it was called with. */
function playing(events: readonly RunEvent[]) {
  const called: OrchestrateOptions[] = [];
  const play: App['orchestrate'] = async (_project, options, onEvent, signal) => {
    called.push(options);
    if (signal.aborted) return fail('interrupted', 'Interrupted.', 'The same command resumes.');
    for (const event of events) onEvent(event);
    return ok(summaryOf(events));
  };
  const dryRun: App['dryRun'] = async () => ok({ next: { kind: 'all-done' }, route: null });
  return { called, app: { ...world.app, orchestrate: play, dryRun } };
}

describe('orchestrate', () => {
  it('prints one line for each event that says something, then the table, the end and the next command', async () => {
    const { app } = playing(shortRun());
    const { exit, out } = await type(orchestrate, app, []);
    expect(exit).toBe(3);
    await expect(out).toMatchFileSnapshot('golden/orchestrate.txt');
  });

  it('prints every event as one line of JSON and nothing else, the summary last', async () => {
    const events = shortRun();
    const { app } = playing(events);
    const { out, err } = await type(orchestrate, app, ['--json']);
    const lines = out
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(lines).toEqual(events);
    expect(err).toBe('');
  });

  it('hands every flag on, and only those that were given', async () => {
    const { app, called } = playing(shortRun());
    await type(orchestrate, app, []);
    await type(orchestrate, app, [
      ...[
        '--max_steps',
        '20',
        '--registry',
        'r.yaml',
        '--merge',
        'auto',
        '--mode',
        'offline',
        '--budget_usd',
        '0',
        '--no-sandbox',
        '--record',
        'x.yaml',
      ],
    ]);
    expect(called).toEqual([
      {},
      {
        max_steps: 20,
        registry: 'r.yaml',
        merge: 'auto',
        mode: 'offline',
        budget_usd: 0,
        no_sandbox: true,
        record: 'x.yaml',
      },
    ]);
  });

  it('calls nothing with --dry_run', async () => {
    const { app, called } = playing(shortRun());
    expect(await typeJson(orchestrate, app, ['--dry-run'])).toEqual({
      exit: 0,
      json: { next: { kind: 'all-done' }, route: null },
    });
    expect(called).toEqual([]);
  });

  it('ends with 130 when it was interrupted, and says how it goes on', async () => {
    const { app } = playing(shortRun());
    const test = testShell();
    test.interrupt();
    const ready = orchestrate.prepare([]);
    const ended = ready.ok ? await ready.value(app, test.shell) : ready;
    expect(ended).toMatchObject({ ok: false, error: { code: 'interrupted' } });
    expect(test.stderr()).toContain('llmclis orchestrate --project_id 1 resumes it.');
  });

  it('does not touch an archived project', async () => {
    world.km.archiveProject(1, true);
    const { app, called } = playing(shortRun());
    expect(await type(orchestrate, app, ['--project_id', '1'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('--restore'),
    });
    expect(called).toEqual([]);
  });
});

describe('demo', () => {
  const report = (counts: Partial<DemoReport['counts']>, exit = 3): DemoReport => ({
    summary: { ...summaryOf(shortRun()), exit },
    counts: { done: 4, blocked: 1, cancelled: 0, pending: 0, 'in-progress': 0, ...counts },
    folder: '/tmp/d',
    repository: '/tmp/d/textkit',
    home: '/tmp/d/home',
    command: 'llmclis',
  });
  const ending = (ended: DemoReport) => ({
    cwd: world.folder,
    demo: async (_options: object, onEvent: (event: RunEvent) => void) => {
      for (const event of shortRun()) onEvent(event);
      return ok(ended);
    },
  });

  it('did what was asked when its one impossible task is the one that is blocked', () => {
    expect(demoExit(report({}))).toBe(0);
    expect(demoExit(report({ done: 3, blocked: 2 }))).toBe(3);
    expect(demoExit(report({ done: 3, pending: 1 }))).toBe(3);
    expect(demoExit(report({}, 130))).toBe(130);
  });

  it('says how a demo that was interrupted goes on, with the words that start this program here', async () => {
    const { exit, out } = await type(demo, ending({ ...report({}, 130), command: 'node /opt/llmclis.cjs' }), []);
    expect(exit).toBe(130);
    expect(out).toContain('  node /opt/llmclis.cjs demo --folder /tmp/d\n');
    expect(out).not.toContain('cd /tmp/d/textkit');
  });

  it('says that its models are scripted, and where to look', async () => {
    const app = ending(report({}));
    const { exit, out } = await type(demo, app, []);
    expect(exit).toBe(0);
    expect(out).toContain('The models are scripted.');
    expect(out).toContain('cd /tmp/d/textkit');
    const json = await type(demo, app, ['--json']);
    expect(json.out.trimEnd().split('\n').length).toBe(shortRun().length);
    expect(JSON.parse(json.out.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ type: 'run.finished' });
  });
});
