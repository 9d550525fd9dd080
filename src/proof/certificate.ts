import { createHash } from 'node:crypto';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Certificate } from '../core/proof.ts';
import { CERTIFICATE } from './schema.ts';

/** Notes longer than this are no certificates of ours. */
const MAX_CHARS = 16_000_000;
const VERSION = 1;

/** JSON without white space, the keys of every object in the order of their UTF-16 code units: one text for one value. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`).join(',')}}`;
}

const digestOf = (fields: Omit<Certificate, 'digest'>): string =>
  createHash('sha256').update(canonicalJson(fields)).digest('hex');

/** A certificate of these facts: its version and the digest over everything else are added. */
export function certify(fields: Omit<Certificate, 'version' | 'digest'>): Certificate {
  const whole = { version: VERSION, ...fields } as const;
  const ordered = CERTIFICATE.parse({ ...whole, tools: sorted(fields.tools), digest: digestOf(whole) });
  return ordered;
}

const sorted = (tools: Certificate['tools']): Certificate['tools'] =>
  Object.fromEntries(Object.entries(tools).sort(([a], [b]) => (a < b ? -1 : 1)));

/** The text of its git note: JSON in lines, the fields in the order of the type. */
export const certificateText = (certificate: Certificate): string =>
  `${JSON.stringify(CERTIFICATE.parse(certificate), null, 2)}\n`;

/**
 * Reads a note. Strict: a version this program does not know, a field too many or of a wrong type, a digest that is not the one
 * of the other fields, and any byte that `certificateText` would write otherwise is an `err` that says so.
 */
export function readCertificate(text: string): Result<Certificate> {
  if (text.length > MAX_CHARS) return refuted(`The note has ${text.length} characters, more than any certificate has.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (problem) {
    return refuted(`The note is not JSON (${problem instanceof Error ? problem.message : 'unreadable'}).`);
  }
  const read = certificateOf(value);
  if (!read.ok || certificateText(read.value) === text) return read;
  return refuted('The note does not have the form in which certificates are written: its text was changed.');
}

/** The certificate that a value read from JSON is, for example one in a journal; as strict as `readCertificate`. */
export function certificateOf(value: unknown): Result<Certificate> {
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
  if (typeof version === 'number' && version > VERSION)
    return fail(
      'proof.refuted',
      `The certificate has version ${version}, and this llmclis reads version ${VERSION}.`,
      'Update llmclis, then verify again.',
    );
  const parsed = CERTIFICATE.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refuted(`It is not a certificate: ${issue?.path.join('.') || 'the whole'}: ${issue?.message ?? 'wrong'}.`);
  }
  const { digest, ...fields } = parsed.data;
  const found = digestOf(fields);
  if (found === digest) return ok(parsed.data);
  return refuted(`The digest is ${digest.slice(0, 12)}…, but that of the fields is ${found.slice(0, 12)}…`);
}

const refuted = (message: string) =>
  fail('proof.refuted', message, 'Do not trust it: look at how refs/notes/llmclis came to hold this note.');
