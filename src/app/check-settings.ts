import { parseCheck } from '../checks/checks.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Settings } from '../core/settings.ts';

/** Refuses settings with a check that nobody could run, before anything is begun. */
export function readableChecks({ verify, role_checks }: Settings): Result<void> {
  const declared = [
    ...verify.value.map(check => ({ name: 'verify', where: verify.where, check })),
    ...Object.values(role_checks.value)
      .flat()
      .map(check => ({ name: 'role_checks', where: role_checks.where, check })),
  ];
  for (const { name, where, check } of declared) {
    const read = check === undefined ? ok(undefined) : parseCheck(check);
    if (read.ok) continue;
    const place = where === undefined ? '' : `${where}: `;
    return fail('settings.invalid', `${place}${name}: ${read.error.message}`, read.error.hint);
  }
  return ok(undefined);
}
