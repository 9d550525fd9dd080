import { fail, ok, type Result } from '../../core/failure.ts';
import type { Dialect, PlanSource } from './dialect.ts';
import { detectOwnPlan } from './own.ts';
import { detectDialect, dialectNamed, OWN_PLAN } from './table.ts';

export type Chosen =
  /** Our own plan, with its text. */
  | { readonly kind: 'own'; readonly path: string; readonly text: string }
  | {
      readonly kind: 'dialect';
      readonly dialect: Dialect;
      readonly source: PlanSource /** Inside the folder; empty for all of it. */;
      readonly path: string;
    };

/** Two files of a folder this equally sure are two plans. */
const CLEAR = 0.05;
/** A folder that looks this much like one plan is one, whatever its files are alone. */
const SURE = 0.5;
/** Files of a folder that are looked at one by one. */
const LOOKED_AT = 500;

/** What a source is read as: what `from` says, else what it looks like. */
export function chooseDialect(source: PlanSource, from: string | undefined, isOwnFile: boolean): Result<Chosen> {
  if (from !== undefined) return named(source, from);
  if (source.kind === 'file') {
    const chosen = chooseFile(source, '', isOwnFile);
    return chosen.ok ? ok(chosen.value.chosen) : chosen;
  }
  const whole = detectDialect(source);
  const all: Result<Chosen> = whole.ok
    ? ok({ kind: 'dialect', dialect: whole.value.dialect, source, path: '' })
    : whole;
  if (whole.ok && whole.value.score >= SURE && source.files.length > 1) return all;
  const one = theOneIn(source);
  if (one.ok || (!all.ok && one.error.code === 'input.invalid')) return one;
  return all;
}

function named(source: PlanSource, from: string): Result<Chosen> {
  const [file] = source.files;
  if (from === OWN_PLAN) {
    if (source.kind === 'file' && file !== undefined) return ok({ kind: 'own', path: '', text: file.text });
    return fail(
      'input.invalid',
      `A plan of llmclis is one file, and ${source.name} is a folder.`,
      'Give the file, for example plans.md.',
    );
  }
  const dialect = dialectNamed(from);
  return dialect.ok ? ok({ kind: 'dialect', dialect: dialect.value, source, path: '' }) : dialect;
}

type Scored = { readonly chosen: Chosen; readonly score: number };

function chooseFile(source: PlanSource, path: string, isOwnFile: boolean): Result<Scored> {
  const text = source.files[0]?.text ?? '';
  const own = /^[\uFEFF\s]*[[{]/.test(text) ? 0 : detectOwnPlan(text).score;
  const other = detectDialect(source);
  const ours: Scored = { chosen: { kind: 'own', path, text }, score: own };
  if (other.ok && other.value.score > own)
    return ok({ chosen: { kind: 'dialect', dialect: other.value.dialect, source, path }, score: other.value.score });
  return own > 0 || isOwnFile
    ? ok(ours)
    : other.ok
      ? ok({ chosen: { kind: 'dialect', dialect: other.value.dialect, source, path }, score: other.value.score })
      : other;
}

/** The one file of a folder that is a plan; several are named, none is `input.not_found`. */
function theOneIn(folder: PlanSource): Result<Chosen> {
  const plans = folder.files.slice(0, LOOKED_AT).flatMap(({ path, text }) => {
    const found = chooseFile(
      { name: path.split('/').at(-1) ?? path, kind: 'file', files: [{ path, text }] },
      path,
      false,
    );
    return found.ok ? [{ path, ...found.value }] : [];
  });
  const [best, next] = plans.toSorted((one, other) => other.score - one.score);
  if (best === undefined) return fail('input.not_found', `${folder.name} holds no plan.`, 'Give the file of the plan.');
  if (next === undefined || best.score - next.score > CLEAR) return ok(best.chosen);
  const names = plans.slice(0, 10).map(plan => plan.path);
  return fail(
    'input.invalid',
    `${folder.name} holds ${plans.length} plans: ${names.join(', ')}${plans.length > names.length ? ', …' : ''}. Nothing was imported.`,
    `Give one of them, for example: llmclis plan import ${folder.name}/${best.path}`,
  );
}
