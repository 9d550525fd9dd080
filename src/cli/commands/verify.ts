import type { App, VerifiedCommit, VerifyReport } from '../../app.ts';
import { FAILURES, ok, type Result } from '../../core/failure.ts';
import { oneLine, plural } from '../../core/line.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import type { Output, Style } from '../output.ts';
import { sayInterrupted } from './orchestrate.ts';

const MARKS: Readonly<Record<VerifiedCommit['outcome'], readonly [string, Style]>> = {
  yes: ['yes', 'green'],
  no: ['NO', 'red'],
  missing: ['none', 'yellow'],
  person: ['person', 'yellow'],
  excepted: ['–', 'dim'],
};

function show({ commit, outcome, because, claims, certificate }: VerifiedCommit, out: Output): void {
  const [word, style] = MARKS[outcome];
  const task = certificate === null ? '' : `  ${oneLine(certificate.task.key, 40)}: ${oneLine(certificate.task.title)}`;
  out.line(`${out.style('bold', commit.slice(0, 12))}${task}`);
  for (const { claim, ok: isSo, detail } of claims)
    out.line(
      `  ${out.style(isSo ? 'green' : 'red', isSo ? 'yes' : 'NO ')}  ${oneLine(claim, 120)}  ${out.style('dim', oneLine(detail, 200))}`,
    );
  out.line(`  ${out.style(['bold', style], word)}: ${oneLine(because, 300)}`);
}

function showEnd(report: VerifyReport, out: Output): void {
  out.line('');
  if (report.commits.length === 0) out.line('There is no commit in this range, so there is nothing to verify.');
  else if (report.error === undefined) out.line(`yes: ${plural(report.commits.length, 'commit', 'commits')} verified.`);
  else {
    out.line(`${out.style('red', 'no:')} ${report.error.message}`);
    out.line(`${out.style('dim', 'next:')} ${report.error.hint}`);
  }
}

export const verify = defineCommand({
  name: 'verify',
  summary: 'Replay the certificate of a commit or a task in a clean clone, and say yes or no.',
  about:
    'A done task has a certificate: a git note on its commit (refs/notes/llmclis) that says which checks failed on the base and pass on the work. This clones the repository into a temporary folder, without its configuration and hooks, looks whether every id in the certificate is what it says, and runs every check again on the base and on the work, in the sandbox. It works in any clone, also where llmclis was never set up. A RANGE demands a certificate of every commit in it, which is what a CI job wants (docs/proof.md has one); merges without changes of their own need none. Exit 0: yes. 3: a claim is not so. 4: there is no certificate, or only a person’s word. 2: there is no such commit.',
  args: { what: { required: true, help: 'A commit, a range such as main..HEAD, or a task’s key.' } },
  flags: {
    notes: { type: 'string', value: 'REF', help: 'Where the certificates are; default refs/notes/llmclis.' },
    repeat: {
      type: 'number',
      value: 'N',
      min: 1,
      max: 100,
      help: 'Run every check N times, each in a fresh worktree.',
    },
    accept_person: { type: 'boolean', help: 'Take work that no check proves and a person answers for.' },
    demand: { type: 'list', value: 'CHECK', help: 'A check that every certificate must have run, as it is written.' },
    except: { type: 'list', value: 'GLOB', help: 'In a range, commits that change only these need no certificate.' },
    'no-sandbox': { type: 'boolean', help: 'Run commands with your own rights.' },
  },
  examples: [
    { command: 'llmclis verify HEAD', does: 'Does the proof of the last commit hold?' },
    { command: 'llmclis verify S1.1', does: 'The same for a task, by its key.' },
    { command: 'llmclis verify main..HEAD', does: 'Every commit of a branch; what a CI job demands.' },
    { command: 'llmclis verify main..HEAD --except plans.md', does: 'Commits of the plan alone need no proof.' },
    { command: 'llmclis verify main..HEAD --demand "npm test"', does: 'And npm test must have been among the checks.' },
    { command: 'llmclis verify HEAD --json', does: 'Every claim and the whole certificate, as one object.' },
  ],
  run: async (app: Pick<App, 'verify'>, { args, flags }, out, shell): Promise<Result<number>> => {
    const signal = shell.interrupts();
    sayInterrupted(signal, 'your repository was not touched.', out);
    const { notes, repeat, accept_person, except, demand } = flags;
    const no_sandbox = flags['no-sandbox'] || undefined;
    const wish = { what: args.what, accept_person, except, demand, ...given({ notes, repeat, no_sandbox }) };
    const report = await app.verify(wish, commit => show(commit, out), signal);
    if (!report.ok) return report;
    showEnd(report.value, out);
    if (out.isJson) out.json(report.value);
    const { error } = report.value;
    return ok(error === undefined ? 0 : FAILURES[error.code].exit);
  },
});
