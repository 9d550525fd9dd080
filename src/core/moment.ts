import { fail, ok, type Result } from './failure.ts';

const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 } as const;
const isUnit = (letter: string): letter is keyof typeof UNITS => letter in UNITS;

const AGO = /^(\d{1,9}) ?([smhdw])[a-z]*(?: ago)?$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * The moment that a person names: `2h` or `3d` ago, a day (its end), or a time in ISO 8601, in UTC where it names no zone.
 * What has not come yet is refused.
 */
export function readMoment(text: string, now: Date): Result<Date> {
  const moment = parse(text.trim(), now);
  if (moment === null)
    return fail(
      'input.invalid',
      `"${text.slice(0, 60)}" is no time.`,
      'Give how long ago (30m, 2h, 3d, 1w), a day (2026-11-21) or a time (2026-11-21T09:00, in UTC).',
    );
  if (moment.getTime() > now.getTime())
    return fail('input.invalid', `"${text.slice(0, 60)}" has not come yet.`, 'Give a time in the past.');
  return ok(moment);
}

function parse(text: string, now: Date): Date | null {
  if (text.toLowerCase() === 'now') return now;
  const [, amount = '', unit = ''] = AGO.exec(text.toLowerCase()) ?? [];
  if (isUnit(unit)) return valid(new Date(now.getTime() - Number(amount) * UNITS[unit] * 1000));
  if (DAY.test(text)) {
    const end = calendar(text, '23:59:59Z');
    // Today has not ended: as it is now.
    return end !== null && text === now.toISOString().slice(0, 10) ? now : end;
  }
  const [, day, minute, second = ':00', fraction = '', zone = 'Z'] = TIME.exec(text) ?? [];
  return day === undefined ? null : calendar(day, `${minute}${second}${fraction}${zone.toUpperCase()}`);
}

const valid = (date: Date): Date | null => (Number.isNaN(date.getTime()) ? null : date);

/** Null for a day that no calendar has, such as 30 February. */
function calendar(day: string, rest: string): Date | null {
  const midnight = valid(new Date(`${day}T00:00:00Z`));
  return midnight?.toISOString().startsWith(day) ? valid(new Date(`${day}T${rest}`)) : null;
}
