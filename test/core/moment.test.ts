import { describe, expect, it } from 'vitest';
import { readMoment } from '../../src/core/moment.ts';

const NOW = new Date('2026-11-21T09:30:15Z');
const read = (text: string): string => {
  const moment = readMoment(text, NOW);
  return moment.ok ? moment.value.toISOString() : moment.error.message;
};

describe('a moment', () => {
  it.each([
    ['now', '2026-11-21T09:30:15.000Z'],
    ['10s', '2026-11-21T09:30:05.000Z'],
    ['30m', '2026-11-21T09:00:15.000Z'],
    ['2h', '2026-11-21T07:30:15.000Z'],
    ['2 hours ago', '2026-11-21T07:30:15.000Z'],
    ['3d', '2026-11-18T09:30:15.000Z'],
    ['1 week ago', '2026-11-14T09:30:15.000Z'],
    ['2026-11-20', '2026-11-20T23:59:59.000Z'],
    ['2026-11-21', '2026-11-21T09:30:15.000Z'],
    ['2026-11-20T08:00', '2026-11-20T08:00:00.000Z'],
    [' 2026-11-20 08:00:01 ', '2026-11-20T08:00:01.000Z'],
    ['2026-11-20t08:00:01.5z', '2026-11-20T08:00:01.500Z'],
    ['2026-11-20T08:00+02:00', '2026-11-20T06:00:00.000Z'],
    ['2026-11-20T08:00-0130', '2026-11-20T09:30:00.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(read(text)).toBe(iso);
  });

  it.each([
    '',
    'soon',
    '5',
    '5y',
    '-2h',
    '2026-13-01',
    '2026-02-30',
    '2026-02-30T10:00',
    '2026-11-20T24:30',
    '20261120',
    '999999999w',
  ])('is not %j', text => expect(read(text)).toContain('is no time'));

  it.each(['2026-11-22', '2026-11-21T09:31', '2027-01-01'])('has not come yet: %s', text =>
    expect(read(text)).toContain('has not come yet'),
  );
});
