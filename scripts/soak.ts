import { runNamed } from './run-named.ts';

// The full counts of the tests that `npm test` runs as samples.
await runNamed('test/soak', 'soak');
