// The certificates of a ten-task run: replayed in a clean clone, and with one byte of commit or note changed.
// npm run soak -- certificates [changed bytes] [seed]
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCertificate } from '../../src/proof/certificate.ts';
import { certifiedRun, changedCommit, cloneOf, verdictOn } from '../support/certified-run.ts';
import { seeded } from '../support/km-operations.ts';
import { git } from '../support/repository.ts';

const [changes = 200, seed = 1] = process.argv.slice(2).map(Number);
const random = seeded(seed);
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'llmclis-soak-')));
const began = performance.now();
const say = (text: string): void =>
  void process.stdout.write(`${Math.round((performance.now() - began) / 1000)} s  ${text}\n`);
let [passed, failed] = [0, 0];
const count = (isGood: boolean, what: string): void => {
  if (isGood) passed += 1;
  else failed += 1;
  if (!isGood) say(what);
};

const { root, commits, summary } = await certifiedRun(folder);
say(`${summary.tasks.done} tasks done, ${commits.length} commits`);
count(summary.tasks.done === 10 && commits.length === 10, 'not all ten tasks are done');
const { clone, app } = cloneOf(root, folder);
let yes = 0;
for (const commit of commits) {
  const { outcome, wrong } = await verdictOn(app, commit);
  if (outcome === 'yes') yes += 1;
  count(outcome === 'yes', `${commit}: ${outcome}: ${wrong.join('; ')}`);
}
say(`${yes} of ${commits.length} certificates replay to yes`);

let [refused, unwritten] = [0, 0];
for (let round = 0; round < changes; round++) {
  const commit = commits[round % commits.length] ?? '';
  const id = changedCommit(clone, commit, Math.floor(random() * 1_000_000), 1 + Math.floor(random() * 255));
  if (id === null) unwritten += 1;
  const { outcome, wrong } = id === null ? { outcome: null, wrong: [] } : await verdictOn(app, id);
  if (outcome !== 'yes') refused += 1;
  count(outcome !== 'yes', `${id} (a byte of ${commit} changed): ${outcome}: ${wrong.join('; ')}`);
}
say(`${changes - refused} of ${changes} commits with one byte changed verify (${unwritten} were no commits for git)`);

let notes = 0;
for (let round = 0; round < changes; round++) {
  const bytes = Buffer.from(`${git(clone, 'notes', '--ref=llmclis', 'show', commits[round % commits.length] ?? '')}\n`);
  const place = Math.floor(random() * bytes.length);
  bytes[place] = (bytes[place] ?? 0) ^ (1 + Math.floor(random() * 255));
  const read = readCertificate(bytes.toString('utf8'));
  if (!read.ok) notes += 1;
  count(!read.ok, `a note with byte ${place} changed is read`);
}
say(`${changes - notes} of ${changes} notes with one byte changed are read`);
app.close();
if (failed === 0) rmSync(folder, { recursive: true, force: true });
else say(`kept: ${folder}`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
