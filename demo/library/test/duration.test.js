import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration } from '../src/index.js';

test('parseDuration: one unit', () => {
  assert.equal(parseDuration('90s'), 90_000);
  assert.equal(parseDuration('2d'), 172_800_000);
});

test('parseDuration: milliseconds are not minutes', () => {
  assert.equal(parseDuration('250ms'), 250);
});

test('parseDuration: units add up', () => {
  assert.equal(parseDuration('1h 30m'), 5_400_000);
  assert.equal(parseDuration('1m30s'), 90_000);
});

test('parseDuration: decimals and a sign', () => {
  assert.equal(parseDuration('1.5h'), 5_400_000);
  assert.equal(parseDuration('-2m'), -120_000);
});

test('parseDuration: zero is a duration', () => {
  assert.equal(parseDuration('0s'), 0);
});

test('parseDuration: refuses what is no duration, and shows it', () => {
  for (const text of ['', '5', '5 parsecs', '1h banana', 'in 5m', '1h--3m'])
    assert.throws(() => parseDuration(text), { name: 'RangeError', message: new RegExp(`"${text}"`) }, text);
});
