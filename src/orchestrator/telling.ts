/** Lines in which a test runner says what went well, how long it took, and where in itself it was. */
const NOISE: readonly RegExp[] = [
  /^\s*(?:✔|✓|√|ℹ|ok \d|PASS\b|#|\.{3}$|[-=_~]{3,})/,
  /\bPASSED\b\s*(?:\[\s*\d+%\])?$/,
  /^\s*at .*[( ](?:node:|internal\/|\S*node_modules\/)/,
  /^\s*(?:generatedMessage|duration_ms|type|location|failureType|code|operator|stack|diff|exitCode):/,
  /^\s*✖ failing tests:$/,
  /^\s*[[\]{}(),;]*$/,
];
/** How long one test took. */
const TIME = /\s*\(\d+(?:\.\d+)?\s?m?s\)$/;

/** What an output of checks tells about what is wrong: each line once, without what every output has. */
export const tellingLines = (output: string): string =>
  [...new Set(output.split('\n').map(line => line.replace(TIME, '')))]
    .filter(line => !NOISE.some(form => form.test(line)))
    .join('\n');
