// A run in which a weak test goes back and the work waits for a stronger one, broken off right after each journal event and taken up
// again: the end is always the same.
// npm run soak -- kill-weak [from] [step]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { RunEvent } from '../../src/core/event.ts';
import { must } from '../support/events.ts';
import { git } from '../support/repository.ts';
import { sceneIn } from '../support/run.ts';
import { strong, weak } from '../support/unproven.ts';

const [from = '1', step = '1'] = process.argv.slice(2);
const bad = weak().find(({ name }) => name === 'javascript: only existence, 1');
const good = strong()[0];
if (bad === undefined || good === undefined) throw new Error('There is no such test.');
const replies = [
  ...bad.replies.filter(({ role, try: turn }) => role === 'coder' || turn === 1),
  ...good.replies.filter(({ role, try: turn }) => role === 'tester' && turn > 1),
];
const folder = mkdtempSync(join(tmpdir(), 'llmclis-soak-'));
const withoutIds = (text: string): string => text.replace(/commit [0-9a-f]+/g, 'commit');

async function runOnce(place: string, breakAt: number | null) {
  const scene = await sceneIn(join(folder, place), bad?.files ?? {}, replies);
  if (bad !== undefined) scene.addTask(bad.task);
  const events: RunEvent[] = [];
  const broken = (event: RunEvent): void => {
    events.push(event);
    if (event.seq === breakAt) throw new Error('Broken off.');
  };
  if (breakAt !== null) await scene.run({ merge: 'auto' }, broken).catch(() => undefined);
  const ended = events.some(({ type }) => type === 'run.finished');
  if (!ended) await scene.run({ merge: 'auto' }, event => void events.push(event));
  const km = must(scene.app.km());
  const task = must(km.task(scene.projectId, 'T1'));
  const end = {
    tree: git(scene.root, 'rev-parse', 'HEAD^{tree}'),
    subjects: git(scene.root, 'log', '--format=%s'),
    task: [task.status, task.tries, task.usd, task.proof],
    attempts: km.attempts(task.id).map(({ role, outcome }) => [role, outcome]),
    notes: km.notes(task.id).map(({ text }) => withoutIds(text)),
    certificates: git(scene.root, 'notes', '--ref=llmclis', 'list').split('\n').length,
    once: ['test.weak', 'work.restored', 'proof.certified', 'task.done'].map(
      type => events.filter(event => event.type === type).length,
    ),
  };
  scene.app.close();
  return { events, end };
}

const whole = await runOnce('whole', null);
const places = whole.events.filter(({ seq }) => seq >= Number(from) && (seq - Number(from)) % Number(step) === 0);
let failed = 0;
for (const { seq, type } of places) {
  const { end } = await runOnce(`at-${seq}`, seq);
  rmSync(join(folder, `at-${seq}`), { recursive: true, force: true });
  const same = isDeepStrictEqual(end, whole.end);
  if (!same) failed++;
  process.stdout.write(`event ${seq} (${type}): ${same ? 'the same end' : JSON.stringify(end)}\n`);
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${places.length - failed} passed, ${failed} failed (of ${whole.events.length} events)\n`);
process.exitCode = failed === 0 ? 0 : 1;
