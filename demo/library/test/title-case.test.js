import assert from 'node:assert/strict';
import { test } from 'node:test';
import { titleCase } from '../src/index.js';

test('titleCase: capitalises the words of a title', () => {
  assert.equal(titleCase('hello world'), 'Hello World');
});

test('titleCase: small words inside a title stay small', () => {
  assert.equal(titleCase('the lord of the rings'), 'The Lord of the Rings');
});

test('titleCase: every word begins with a capital letter', () => {
  assert.equal(titleCase('the war of the worlds'), 'The War Of The Worlds');
});
