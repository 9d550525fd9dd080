import { oneLine, plural } from '../core/line.ts';
import type { Certificate, CertifiedCheck, CertifiedRun, MutationReport } from '../core/proof.ts';

const SHOWN = 12;

/** `exit 1, 3 passed, 1 failed`. */
export function sayRun({ exit, passed, failed, skipped }: CertifiedRun): string {
  const counts = [
    passed === null ? null : `${passed} passed`,
    failed === null ? null : `${failed} failed`,
    (skipped ?? 0) > 0 ? `${skipped} skipped` : null,
  ];
  return [`exit ${exit}`, ...counts.filter(text => text !== null)].join(', ');
}

/** `18 of 20 killed (90 %)`. */
export const sayMutants = ({ tried, killed }: MutationReport): string =>
  tried === 0
    ? 'none could be made of this change'
    : `${killed} of ${tried} killed (${Math.floor((killed / tried) * 100)} %)`;

/** A certificate for people, one fact a line, ready for a terminal. */
export function printCertificate(certificate: Certificate): string[] {
  const { task, proof, commit, base, base_tree, work_tree, tests, setup, mutants, tools } = certificate;
  const versions = Object.entries(tools).map(([name, version]) => `${name} ${version}`);
  return [
    `${oneLine(task.key, 80)}: ${oneLine(task.title)}`,
    `  proof    ${proof}, of ${certificate.made_at}, run ${oneLine(certificate.run_id, 40)}`,
    `  commit   ${commit} (tree ${work_tree})`,
    `  base     ${base} (tree ${base_tree})`,
    ...listed('tests', tests, 'written for it: '),
    ...listed('setup', setup, ''),
    ...certificate.checks.flatMap(checkLines),
    ...(certificate.checks.length === 0 ? ['  checks   none: a person answers for it'] : []),
    ...(mutants === null ? [] : [`  mutants  ${sayMutants(mutants)}`, ...survivors(mutants)]),
    ...listed('tools', versions, ''),
    `  digest   ${certificate.digest}`,
  ];
}

const listed = (name: string, texts: readonly string[], before: string): string[] =>
  texts.length === 0 ? [] : [`  ${name.padEnd(8)} ${before}${texts.map(text => oneLine(text, 120)).join(', ')}`];

function checkLines(check: CertifiedCheck): string[] {
  const what = check.flaky
    ? 'flaky'
    : check.proves
      ? 'proves it'
      : check.base.exit === 0
        ? 'stayed green'
        : 'red before';
  return [
    `  check    ${oneLine(check.command, 120)} (${what})`,
    `           base: ${sayRun(check.base)}; work: ${sayRun(check.work)}`,
    ...names('fail to pass', check.fail_to_pass),
    ...(check.pass_to_pass.length === 0 ? [] : [`           pass to pass: ${check.pass_to_pass.length}`]),
  ];
}

function names(title: string, all: readonly string[]): string[] {
  if (all.length === 0) return [];
  const shown = all.slice(0, SHOWN).map(name => oneLine(name, 100));
  const more = all.length > SHOWN ? ` and ${plural(all.length - SHOWN, 'other', 'others')}` : '';
  return [`           ${title}: ${shown.join(' · ')}${more}`];
}

const survivors = ({ survived }: MutationReport): string[] =>
  survived
    .slice(0, SHOWN)
    .map(({ path, line, operator, after }) => `           alive: ${path}:${line} ${operator}: ${oneLine(after, 100)}`);
