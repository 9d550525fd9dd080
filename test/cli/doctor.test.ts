import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DoctorReport } from '../../src/app/doctor-types.ts';
import { openApp, systemClock } from '../../src/app.ts';
import { doctor } from '../../src/cli/commands/doctor.ts';
import { fail, ok } from '../../src/core/failure.ts';
import { git, temporaryFolder } from '../support/repository.ts';
import { bwrapIsHere } from '../workspace/sandboxes.ts';
import { must, type, typeJson } from './app.ts';

const SECRET = 'sk-canary-4711-of-the-person';

/** An app that has been told what its doctor found. */
const saying = (report: DoctorReport) => ({
  doctor: async () => ok(report),
  project: () => fail('project.not_found', 'No project.', 'Make one.'),
});

describe('doctor', () => {
  it('shows a line for each thing, the remedy to copy below, and ends with 4 when something is missing', async () => {
    const report: DoctorReport = {
      looked: [
        { area: 'node', state: 'ok', says: 'Node v24.0.0', remedy: [] },
        { area: 'git', state: 'warn', says: 'No name.', remedy: ['git config --global user.name "A"'] },
        { area: 'sandbox', state: 'bad', says: 'Not here.', remedy: ['sudo tee x <<E', '  userns,', 'E'] },
      ],
    };
    const shown = await type(doctor, saying(report), []);
    expect(shown.exit).toBe(4);
    expect(shown.out).toBe(
      'ok    node      Node v24.0.0\nwarn  git       No name.\n                git config --global user.name "A"\nbad   sandbox   Not here.\n                sudo tee x <<E\n                  userns,\n                E\n\n1 thing is missing; 1 warning.\n',
    );
    expect(await typeJson(doctor, saying(report), [])).toMatchObject({ exit: 4, json: report });
  });

  it('ends with 0 when a run can start, and lists the probes that were asked for', async () => {
    const report: DoctorReport = {
      looked: [{ area: 'disk', state: 'warn', says: 'Little is free.', remedy: [] }],
      probes: [
        { name: 'remount', attack: 'mounts / again', result: 'held' },
        { name: 'udp', attack: 'sends a packet', result: 'escaped', seen: 'a packet came to the host' },
        { name: 'git-commit', attack: null, result: 'works' },
      ],
    };
    const shown = await type(doctor, saying(report), ['--probe']);
    expect(shown.exit).toBe(0);
    expect(shown.out).toMatch(/escaped +udp +a packet came to the host/);
    expect(shown.out).toMatch(/A run can start; 1 warning\.\n$/);
  });

  it('refuses a project that is not there', async () => {
    expect(await type(doctor, saying({ looked: [] }), ['--project_id', '7'])).toMatchObject({ exit: 2 });
  });
});

describe('the app’s doctor', () => {
  const open = (settings = '', more: Readonly<Record<string, string>> = {}) => {
    const top = temporaryFolder('llmclis-doctor-');
    const cwd = join(top, 'project');
    git(top, 'init', '-q', cwd);
    if (settings !== '') writeFileSync(join(cwd, 'llmclis.yaml'), settings);
    const env = {
      LLMCLIS_HOME: join(top, 'home'),
      HOME: top,
      PATH: process.env.PATH,
      ANTHROPIC_API_KEY: SECRET,
      ...more,
    };
    const shipped = join(import.meta.dirname, '../..');
    const app = openApp({ env, cwd, version: '0', shipped, clock: systemClock });
    onTestFinished(() => app.close());
    const project = must(must(app.km()).addProject({ name: 'p', root: cwd }));
    return { app, project };
  };

  it.skipIf(!bwrapIsHere)('says what protects, by trying it, and shows no secret (needs bwrap)', async () => {
    const { app, project } = open();
    const report = must(await app.doctor(project, { probe: true }));
    const at = (area: string) => report.looked.filter(look => look.area === area);
    const state = process.getuid?.() === 0 ? 'warn' : 'ok';
    expect(at('sandbox')).toMatchObject([{ state, says: expect.stringContaining('protects you') }]);
    expect(at('network')).toMatchObject([{ state: 'ok', says: 'Commands have no network.' }]);
    expect(at('secrets')).toMatchObject([{ state: 'ok', says: expect.stringContaining('ANTHROPIC_API_KEY') }]);
    for (const area of ['node', 'database', 'disk', 'settings']) expect(at(area)).toMatchObject([{ state: 'ok' }]);
    expect(at('models').length).toBeGreaterThan(0);
    expect(report.probes?.length).toBeGreaterThan(40);
    expect(JSON.stringify(report)).not.toContain(SECRET);
  });

  it('names a setting that nobody knows', async () => {
    const { app, project } = open('verfy: npm test\n');
    const { looked } = must(await app.doctor(project, { probe: false }));
    expect(looked.find(({ area }) => area === 'settings')).toMatchObject({
      state: 'bad',
      says: expect.stringContaining('did you mean "verify"?'),
    });
  });

  it.skipIf(!bwrapIsHere)('warns of a sandbox that is switched off, and says where (needs bwrap)', async () => {
    const { app, project } = open('', { LLMCLIS_SANDBOX: 'none' });
    const { looked } = must(await app.doctor(project, { probe: false }));
    const states = looked.filter(({ area }) => area === 'sandbox' || area === 'network');
    expect(states).toMatchObject([
      { state: 'warn', says: expect.stringContaining('LLMCLIS_SANDBOX') },
      { state: 'warn', says: expect.stringContaining('use your network') },
    ]);
  });
});
