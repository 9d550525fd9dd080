import { type Failure, fail, failure, ok, type Result } from './failure.ts';
import { shellQuoted } from './shell-quote.ts';

/** Where a secret is kept. The reference is written down; the value never is. */
export type SecretReference =
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'keychain'; readonly service: string; readonly account: string | null };

export const REFERENCE_FORMS = 'env:NAME, file:PATH or keychain:SERVICE/ACCOUNT';

/** Reads `env:NAME`, `file:PATH` (absolute or from `~/`), `keychain:SERVICE` or `keychain:SERVICE/ACCOUNT`. Never repeats a text that is none: it may be the key itself. */
export function readReference(text: string): Result<SecretReference> {
  const [, kind = '', rest = ''] = /^(env|file|keychain):(.{1,1000})$/u.exec(text.trim()) ?? [];
  if (kind === 'env' && /^[A-Za-z_][A-Za-z0-9_]{0,79}$/.test(rest)) return ok({ kind, name: rest });
  if (kind === 'file' && /^(?:\/|~\/|[A-Za-z]:[\\/])\P{Cc}*$/u.test(rest)) return ok({ kind, path: rest });
  const [, service, account] = /^([^-/\p{Cc}][^/\p{Cc}]*)(?:\/([^-\p{Cc}][^\p{Cc}]*))?$/u.exec(rest) ?? [];
  if (kind === 'keychain' && service !== undefined) return ok({ kind, service, account: account ?? null });
  return fail(
    'settings.invalid',
    `This is no reference to a secret; one is ${REFERENCE_FORMS}.`,
    'Put the key itself there where the reference points, never into this file.',
  );
}

export function referenceText(reference: SecretReference): string {
  switch (reference.kind) {
    case 'env':
      return `env:${reference.name}`;
    case 'file':
      return `file:${reference.path}`;
    case 'keychain':
      return `keychain:${reference.service}${reference.account === null ? '' : `/${reference.account}`}`;
  }
}

/** What is missing, as a person says it: `ANTHROPIC_API_KEY is not set`. */
export function missingText(reference: SecretReference): string {
  switch (reference.kind) {
    case 'env':
      return `${reference.name} is not set`;
    case 'file':
      return `${reference.path} holds no key`;
    case 'keychain':
      return `the keychain has no ${referenceText(reference).slice('keychain:'.length)}`;
  }
}

/** The command that puts a secret where the reference points; it asks for the value, so that none stands in a shell's history. */
export function howToSet(reference: SecretReference, platform: string): string {
  const quoted = (text: string): string => (/^[\w./~:@-]+$/.test(text) ? text : shellQuoted(text));
  switch (reference.kind) {
    case 'env':
      return `export ${reference.name}=…`;
    case 'file':
      return `(umask 077; cat > ${quoted(reference.path)})`;
    case 'keychain': {
      const { service, account } = reference;
      if (platform === 'darwin')
        return `security add-generic-password -s ${quoted(service)} -a ${quoted(account ?? service)} -w`;
      const attributes = `service ${quoted(service)}${account === null ? '' : ` account ${quoted(account)}`}`;
      return `secret-tool store --label=llmclis ${attributes}`;
    }
  }
}

/** The failure that says which secret is needed, for what, and how it is set. */
export const missingSecret = (reference: SecretReference, of: string, platform: string): Failure =>
  failure(
    'secret.missing',
    `The key of ${of} (${referenceText(reference)}) is needed: ${missingText(reference)}.`,
    `Set it: ${howToSet(reference, platform)} — or work without it: llmclis orchestrate --mode offline`,
    { reference: referenceText(reference) },
  );
