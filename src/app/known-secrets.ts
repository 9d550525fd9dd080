import { stripVTControlCharacters } from 'node:util';
import { maskSecrets } from '../core/secret-shapes.ts';
import { redactor, type Secret } from '../secrets/redactor.ts';

/** Names that hold a secret by custom; the values of these never reach disk, logs, prompts or child processes. */
const SECRET_NAME = /(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL)S?$/i;

/** Values that stand in examples everywhere: they protect nothing, and taking them out would cut the words of a program. */
const NO_SECRET =
  /^(?:passw(?:or)?d|secret|token|credentials?|changeme|change[-_ ]?me|postgres(?:ql)?|mysql|mariadb|mongo(?:db)?|rabbitmq|minioadmin|localhost|administrator|development|production|test(?:ing)?|staging|example|default|disabled|required|undefined|username|supersecret)[-_]?\d{0,4}$/i;

export const secretsOf = (
  env: Readonly<Record<string, string | undefined>>,
  names: readonly string[] = [],
): readonly Secret[] =>
  Object.entries(env).flatMap(([name, value]) =>
    value !== undefined &&
    value.length >= 8 &&
    !NO_SECRET.test(value) &&
    (names.includes(name) || SECRET_NAME.test(name))
      ? [{ name, value }]
      : [],
  );

/** Control characters but tab and line ends: nothing that is kept needs them, and git and terminals stumble over them. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** The secrets that this process has met so far. */
export type KnownSecrets = {
  /** One more, from now on. */
  add(secret: Secret): void;
  /** The text without them. */
  redact(text: string): string;
  /** Makes a text fit for a model, a file or a person: secrets and control characters go. Colours go first, whole. */
  clean(text: string): string;
  /** What is stored: known secrets go, and what looks like one. */
  keep(text: string): string;
};

export function knownSecrets(first: readonly Secret[]): KnownSecrets {
  let known = first;
  let redact = redactor(known);
  return {
    add(secret) {
      if (known.some(({ value }) => value === secret.value)) return;
      known = [...known, secret];
      redact = redactor(known);
    },
    redact: text => redact(text),
    clean: text => redact(stripVTControlCharacters(text).replace(CONTROL, '')),
    keep: text => maskSecrets(redact(text)),
  };
}
