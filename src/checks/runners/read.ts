import { cargoReader } from './cargo.ts';
import { goReader } from './go.ts';
import { jestReader } from './jest.ts';
import { mochaReader } from './mocha.ts';
import { nodeReader, tapReader } from './node.ts';
import { pytestReader } from './pytest.ts';
import { mergeReports, type TestReport } from './report.ts';
import { unittestReader } from './unittest.ts';
import { vitestReader } from './vitest.ts';

/** The runners whose reports are read; docs/checks.md says which names each gives. */
export const READERS = {
  'node:test': nodeReader,
  tap: tapReader,
  mocha: mochaReader,
  jest: jestReader,
  vitest: vitestReader,
  pytest: pytestReader,
  unittest: unittestReader,
  'go test': goReader,
  'cargo test': cargoReader,
} as const;

/** Colours, cursor moves and links that terminals understand. */
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_])/g;

/** A line as a person sees it: no colours, and only what stands after the last carriage return. */
export const plainLine = (line: string): string => {
  const text = (line.includes('\u001b') ? line.replace(ESCAPES, '') : line).replace(/\r+$/, '');
  return text.slice(text.lastIndexOf('\r') + 1);
};

/** A text without colours and carriage returns. */
export const plainText = (text: string): string => text.split('\n').map(plainLine).join('\n');

/** Collects what any of the known runners says in a stream of lines. */
export function reportReader() {
  const readers = Object.values(READERS).map(make => make());
  return {
    line(text: string): void {
      const plain = plainLine(text);
      for (const reader of readers) reader.line(plain);
    },
    end: (): TestReport => mergeReports(readers.map(reader => reader.end())),
  };
}

/** Reads a whole output. */
export function readReport(output: string): TestReport {
  const reader = reportReader();
  for (const line of output.split('\n')) reader.line(line);
  return reader.end();
}
