import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/app.ts';
import { plainSandbox } from '../../src/workspace/sandbox/plain.ts';
import { CONTROLS } from '../../src/workspace/sandbox/probes/controls.ts';
import { PROBES, type ProbeOutcome, probeSandbox, statuses } from '../../src/workspace/sandbox/probes/run.ts';
import { openScene } from '../../src/workspace/sandbox/probes/scene.ts';
import { PATH, value } from '../workspace/helpers.ts';
import { bwrapIsHere, folders, plainOptions } from '../workspace/sandboxes.ts';

const NOBODY = 65_534;
const child = join(import.meta.dirname, 'probe-child.ts');
const asNobody = (...args: readonly string[]) =>
  spawnSync(process.execPath, args, {
    uid: NOBODY,
    gid: NOBODY,
    cwd: '/',
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/nonexistent' },
    encoding: 'utf8',
  });
/** Root can be another user for a moment, where that one may read this folder. */
const canBeNobody =
  process.getuid?.() === 0 && asNobody('-e', `require('fs').readFileSync(${JSON.stringify(child)})`).status === 0;

const bad = (outcomes: readonly ProbeOutcome[]) =>
  outcomes.filter(({ result }) => result === 'escaped' || result === 'fails');

describe('the probes', () => {
  it('are at least 25 attacks and some controls, each with a name of its own and a sentence', () => {
    expect(PROBES.length).toBeGreaterThanOrEqual(25);
    const names = [...PROBES, ...CONTROLS].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter(name => !/^[a-z][a-z0-9-]*$/.test(name))).toEqual([]);
    expect(PROBES.filter(({ attack }) => attack.length < 8)).toEqual([]);
  });

  it('show that they can succeed: without a sandbox these do', async () => {
    const made = folders();
    const opened = await openScene(join(made.top, 'temp'), systemClock);
    onTestFinished(opened.close);
    const plain = plainSandbox({ path: PATH, temp: join(made.top, 'temp'), clock: systemClock });
    const able = PROBES.filter(({ worksOutside }) => worksOutside === true);
    const found = value(await statuses(plain, opened.scene, able));
    const missed = able.filter(({ name }) => found.get(name) !== 0 && found.get(name) !== 77);
    expect(missed.map(({ name }) => name)).toEqual([]);
    expect(able.length).toBeGreaterThanOrEqual(25);
    const seen = Object.keys(opened.seen());
    for (const name of ['write-outside', 'write-git-hook', 'host-socket', 'host-loopback'])
      expect(seen).toContain(name);
  });

  it('and the host itself sees what they leave behind', async () => {
    const made = folders();
    const opened = await openScene(join(made.top, 'temp'), systemClock);
    onTestFinished(opened.close);
    const plain = plainSandbox({ path: PATH, temp: join(made.top, 'temp'), clock: systemClock });
    expect(opened.seen()).toEqual({});
    const visible = PROBES.filter(({ name }) => name === 'kill' || name === 'udp');
    value(await statuses(plain, opened.scene, visible));
    expect(Object.keys(opened.seen()).sort()).toEqual(['kill', 'udp']);
  });
});

describe.skipIf(!bwrapIsHere)('every attack is held off and every control works (needs bwrap)', () => {
  it('for the user of this test', async () => {
    // Not under /tmp, which is hidden as a whole: here each place must be hidden for itself.
    const temp = mkdtempSync(join(import.meta.dirname, '../../node_modules/.llmclis-probes-'));
    onTestFinished(() => rmSync(temp, { recursive: true, force: true }));
    const outcomes = value(await probeSandbox({ ...plainOptions(folders().top), clock: systemClock, temp }));
    expect(bad(outcomes)).toEqual([]);
    expect(outcomes.filter(({ result }) => result === 'held').length).toBeGreaterThanOrEqual(40);
    expect(outcomes).toHaveLength(PROBES.length + CONTROLS.length);
  });

  it.skipIf(!canBeNobody)('for an ordinary user (needs root, to become nobody)', () => {
    const ended = asNobody(child);
    const found = JSON.parse(ended.stdout) as { ok: boolean; value: readonly ProbeOutcome[] };
    expect(found.ok, ended.stdout + ended.stderr).toBe(true);
    expect(bad(found.value)).toEqual([]);
    expect(found.value).toHaveLength(PROBES.length + CONTROLS.length);
  });
});
