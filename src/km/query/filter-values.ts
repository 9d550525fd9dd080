import { fail, ok, type Result } from '../../core/failure.ts';
import { type Condition, likeText } from './condition.ts';
import { didYouMean } from './nearest.ts';

/** What the values of a filter are read against. */
export type FilterContext = {
  /** Seconds since 1970. */
  readonly now: number;
  /** Id of the task with this key. */
  find(key: string): Result<number>;
};
/** One field: how one of its values becomes a condition. */
export type Field = {
  /** What it takes, for messages and the docs. */
  readonly takes: string;
  readonly read: (value: string, context: FilterContext) => Result<Condition>;
};

export const NONE = 'none';
const OPERATOR = /^(<=|>=|<|>)?(.*)$/s;

/** A value that the field does not take; says what it does. */
export const refused = (field: string, value: string, takes: string, known: readonly string[] = []): Result<never> =>
  fail(
    'input.invalid',
    `${field}: does not take "${value.slice(0, 60)}".`,
    `It takes ${takes}.${didYouMean(value, known)}`,
  );

/** One of a closed list of words, or `none` where the column may be empty. */
export function wordField(name: string, column: string, words: readonly string[], none = false): Field {
  const known = none ? [...words, NONE] : words;
  const takes = `one of: ${known.join(', ')}`;
  return {
    takes,
    read: given => {
      const word = known.find(one => one.replaceAll('_', '-') === given.toLowerCase().replaceAll('_', '-'));
      if (word === undefined) return refused(name, given, takes, known);
      return ok(word === NONE ? [`${column} IS NULL`] : [`${column} = ?`, word]);
    },
  };
}

/** Any text, capital letters or not; `*` stands for anything. */
export function matches(column: string, value: string): Condition {
  return value.includes('*')
    ? [`${column} LIKE ? ESCAPE '\\'`, value.split('*').map(likeText).join('%')]
    : [`${column} = ? COLLATE NOCASE`, value];
}

export const textField = (takes: string, column: string, none = false): Field => ({
  takes,
  read: value => ok(none && value === NONE ? [`${column} IS NULL`] : matches(column, value)),
});

/** A whole number, with `<`, `<=`, `>` or `>=` before it where it is a bound. */
export function numberField(
  name: string,
  column: string,
  [least, most]: readonly [number, number],
  none: boolean,
): Field {
  const takes = `${least} to ${most}, also as a bound such as <${most}${none ? `, or ${NONE}` : ''}`;
  return {
    takes,
    read: value => {
      if (none && value === NONE) return ok([`${column} IS NULL`]);
      const [, operator = '=', digits = ''] = OPERATOR.exec(value) ?? [];
      const number = Number(digits);
      if (!/^\d{1,3}$/.test(digits) || number < least || number > most) return refused(name, value, takes);
      return ok([`${column} ${operator} ?`, number]);
    },
  };
}

const HOUR = 3600;
const DAY = 24 * HOUR;
const UNITS: Readonly<Record<string, number>> = { h: HOUR, d: DAY, w: 7 * DAY };
const DAYS: Readonly<Record<string, number>> = { yesterday: -1, today: 0, tomorrow: 1 };
const TIME_TAKES =
  'a day such as 2026-11-01, today, yesterday, tomorrow, an age such as 7d (h, d, w), each also as a bound such as >2026-11-01 or <7d, or none';

/** Seconds of an age such as `7d`; null for anything else. */
export function ageOf(text: string): number | null {
  const [, digits = '', unit = ''] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  return digits === '' ? null : Number(digits) * (UNITS[unit] ?? 0);
}

/** First second of a day or time and the first one after it. */
function spanOf(text: string, now: number): readonly [from: number, to: number] | null {
  const day = DAYS[text.toLowerCase()];
  if (day !== undefined) {
    const from = (Math.floor(now / DAY) + day) * DAY;
    return [from, from + DAY];
  }
  if (!/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?$/.test(text)) return null;
  const whole = text.length === 10 || /(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? text : `${text}Z`;
  const from = Math.floor(Date.parse(whole) / 1000);
  return Number.isNaN(from) ? null : [from, from + (text.length === 10 ? DAY : 1)];
}

/** A time column. Ages look back, or forward for what is `ahead`: `<7d` is less than seven days from now. */
export function timeField(name: string, column: string, ahead = false): Field {
  const seconds = `unixepoch(${column})`;
  return {
    takes: TIME_TAKES,
    read: (value, { now }) => {
      if (value === NONE) return ok([`${column} IS NULL`]);
      const [, operator, rest = ''] = OPERATOR.exec(value) ?? [];
      const age = ageOf(rest);
      if (age !== null) {
        const compare = operator ?? '<=';
        return ok([ahead ? `${seconds} - ? ${compare} ?` : `? - ${seconds} ${compare} ?`, now, age]);
      }
      const span = spanOf(rest, now);
      return span === null ? refused(name, value, TIME_TAKES, Object.keys(DAYS)) : ok(inSpan(seconds, operator, span));
    },
  };
}

function inSpan(seconds: string, operator: string | undefined, [from, to]: readonly [number, number]): Condition {
  switch (operator) {
    case '<':
      return [`${seconds} < ?`, from];
    case '<=':
      return [`${seconds} < ?`, to];
    case '>':
      return [`${seconds} >= ?`, to];
    case '>=':
      return [`${seconds} >= ?`, from];
    default:
      return [`${seconds} >= ? AND ${seconds} < ?`, from, to];
  }
}
