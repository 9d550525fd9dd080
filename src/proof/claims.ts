import type { CheckOutcome } from '../core/check.ts';
import type { Certificate, CertifiedCheck } from '../core/proof.ts';
import { stayedGreen } from './certified-checks.ts';
import { sayRun } from './print.ts';

/** One thing a certificate says, and whether it was found to be so. */
export type Claim = { readonly claim: string; readonly ok: boolean; readonly detail: string };

type Facts = {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
};

const claim = (name: string, isSo: boolean, detail: string): Claim => ({ claim: name, ok: isSo, detail });
const short = (id: string): string => id.slice(0, 12);
const is = (name: string, said: string, found: string | undefined): Claim =>
  claim(
    name,
    said === found,
    said === found
      ? short(said)
      : `it says ${short(said)}, and it is ${found === undefined ? 'nothing' : short(found)}`,
  );

/** What it says about commits and trees, held against git. `noted` is the commit whose note it is, null when it came from a journal. */
export function identityClaims(
  certificate: Certificate,
  facts: { readonly noted: string | null; readonly commit: Facts | null; readonly base: Facts | null },
): readonly Claim[] {
  const { commit, task, run_id, mutants } = certificate;
  const trailer = (name: string): string | undefined =>
    new RegExp(`^${name}: (.*)$`, 'm').exec(facts.commit?.message ?? '')?.[1];
  const [key, run] = [trailer('Task'), trailer('Run')];
  return [
    ...(facts.noted === null ? [] : [is('the commit', commit, facts.noted)]),
    parentClaim(certificate, facts.commit?.parents ?? []),
    is('the tree of the base', certificate.base_tree, facts.base?.tree),
    is('the tree of the work', certificate.work_tree, facts.commit?.tree),
    ...(key === undefined ? [] : [claim('the task', key === task.key, `the commit is of ${key}`)]),
    ...(run === undefined || run_id === '' ? [] : [claim('the run', run === run_id, `the commit is of run ${run}`)]),
    ...(mutants === null ? [] : [is('the tree of the mutants', mutants.tree, certificate.work_tree)]),
  ];
}

/** A run merges what it proved as one commit on its base; a person may have merged a branch. */
function parentClaim({ base, proof }: Certificate, parents: readonly string[]): Claim {
  const detail = `parents: ${parents.map(short).join(', ') || 'none'}`;
  if (proof === 'accepted-by-person') return claim('the base is its first parent', parents[0] === base, detail);
  return claim('the base is its only parent', parents.length === 1 && parents[0] === base, detail);
}

/** Does it agree with itself? A certificate without a check that proves the work proves nothing. */
export function consistencyClaims({ checks, proof, stayed_green, mutants }: Certificate): readonly Claim[] {
  const wrongProof = checks.find(
    check => check.proves && (check.base.exit === 0 || check.work.exit !== 0 || check.flaky),
  );
  const red = checks.find(check => check.work.exit !== 0 && (check.of === 'task' || check.base.exit === 0));
  const derived = stayedGreen(checks);
  const sum = mutants === null || mutants.killed + mutants.survived.length === mutants.tried;
  return [
    ...(proof === 'red-green'
      ? [
          claim(
            'a check proves it',
            checks.some(check => check.proves),
            'failed on the base, passes on the work',
          ),
        ]
      : []),
    ...(proof === 'behaviour-kept'
      ? [claim('checks stayed green', derived.length > 0, `${derived.length} passed before and after`)]
      : []),
    ...(wrongProof === undefined
      ? []
      : [claim('what proves it was red, and is green', false, `not so for \`${wrongProof.command}\``)]),
    ...(red === undefined ? [] : [claim('nothing got worse', false, `\`${red.command}\` fails on the work`)]),
    ...(JSON.stringify(derived) === JSON.stringify(stayed_green)
      ? []
      : [claim('the checks that stayed green', false, 'the list is not what the exit codes say')]),
    ...(sum ? [] : [claim('the mutants', false, 'the killed and the survived are not all that were tried')]),
  ];
}

/** Did the checks run that somebody demands, and do they pass on the work? */
export const demandClaims = ({ checks }: Certificate, demanded: readonly string[]): readonly Claim[] =>
  demanded.map(command => {
    const found = checks.find(check => check.command === command);
    const ran = found === undefined ? 'it did not' : sayRun(found.work);
    return claim(`\`${command}\` was run and passes`, found?.work.exit === 0, ran);
  });

/** One check that was run again on one tree, held against what the certificate says of it. */
export function replayClaim(check: CertifiedCheck, on: 'base' | 'work', outcome: CheckOutcome): Claim {
  const name = `on the ${on}: ${check.command}`;
  const said = check[on];
  const wrong = mismatch(check, on, outcome);
  if (wrong === null) return claim(name, true, sayRun(said));
  const missing = outcome.missing === null ? '' : ` It needs ${outcome.missing}.`;
  return claim(name, false, `${wrong}.${missing}`);
}

function mismatch(check: CertifiedCheck, on: 'base' | 'work', outcome: CheckOutcome): string | null {
  const said = check[on];
  if (said.exit !== outcome.exit) return `it says exit ${said.exit}, and it is exit ${outcome.exit}`;
  const passing = new Set(outcome.passing);
  const listed = (names: readonly string[]): string => names.slice(0, 5).join(' · ');
  const silent = check.pass_to_pass.filter(name => !passing.has(name));
  if (silent.length > 0) return `these do not pass: ${listed(silent)}`;
  const unproven = check.fail_to_pass.filter(name => passing.has(name) !== (on === 'work'));
  if (unproven.length > 0) return `these ${on === 'work' ? 'do not pass' : 'pass already'}: ${listed(unproven)}`;
  const counts: readonly (readonly [string, number | null, number | null])[] = [
    ['passed', said.passed, outcome.passed],
    ['failed', said.failed, outcome.failed],
  ];
  const other = counts.find(([, was, now]) => was !== now);
  return other === undefined
    ? null
    : `it says ${other[1] ?? 'nothing'} ${other[0]}, and ${other[2] ?? 'nothing'} ${other[0]} now`;
}
