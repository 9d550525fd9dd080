import { makeRepository } from '../repository.ts';
import type { RepositoryKind } from './kinds.ts';

export const goTest: RepositoryKind = {
  name: 'go test',
  needs: ['go'],
  make: folder =>
    makeRepository(
      {
        'go.mod': 'module example.com/textkit\n\ngo 1.21\n',
        'textkit.go':
          'package textkit\n\nimport "strings"\n\nfunc Shout(text string) string { return strings.ToUpper(text) }\n\nfunc Count(text string) int { return len(text) }\n',
        'textkit_test.go':
          'package textkit\n\nimport "testing"\n\nfunc TestShout(t *testing.T) {\n\tif Shout("a") != "A" {\n\t\tt.Fatal()\n\t}\n}\n\nfunc TestCount(t *testing.T) {\n\tif Count("a b c") != 3 {\n\t\tt.Fatal(Count("a b c"))\n\t}\n}\n',
        'inner/inner.go': 'package inner\n\nfunc One() int { return 1 }\n',
      },
      folder,
    ),
  verify: 'go test ./...',
  verdict: 'red',
  passing: ['example.com/textkit.TestShout'],
  failing: ['example.com/textkit.TestCount'],
};

export const goOutside: RepositoryKind = {
  name: 'a Go module whose requirements were never fetched',
  needs: ['go'],
  make: folder =>
    makeRepository(
      {
        'go.mod': 'module example.com/textkit\n\ngo 1.21\n\nrequire example.invalid/none v1.0.0\n',
        'go.sum':
          'example.invalid/none v1.0.0 h1:NIvaJDMOsjHA8n1jAhLSgzrAzy1Hgr+hNrb57e+94F0=\nexample.invalid/none v1.0.0/go.mod h1:TIyPZe4MgqvfeYDBFedMoGGpEw/LqOeaOT+nhxU+yHo=\n',
        'textkit.go': 'package textkit\n\nimport "example.invalid/none"\n\nvar X = none.X\n',
      },
      folder,
    ),
  verify: 'go test ./...',
  verdict: { missing: 'example.invalid/none' },
};

export const cargoTest: RepositoryKind = {
  name: 'cargo test',
  needs: ['cargo'],
  make: folder =>
    makeRepository(
      {
        '.gitignore': 'target/\n',
        'Cargo.toml': '[package]\nname = "textkit"\nversion = "0.1.0"\nedition = "2021"\n',
        'src/lib.rs':
          'pub fn shout(text: &str) -> String {\n    text.to_uppercase()\n}\n\npub fn count(text: &str) -> usize {\n    text.len()\n}\n',
        'tests/textkit.rs':
          '#[test]\nfn shouts() {\n    assert_eq!(textkit::shout("a"), "A");\n}\n\n#[test]\nfn counts_words() {\n    assert_eq!(textkit::count("a b c"), 3);\n}\n',
      },
      folder,
    ),
  verify: 'cargo test',
  verdict: 'red',
  passing: ['textkit tests/textkit.rs: shouts'],
  failing: ['textkit tests/textkit.rs: counts_words'],
};

export const makefileShell: RepositoryKind = {
  name: 'a Makefile project in C',
  needs: ['make', 'cc'],
  make: folder =>
    makeRepository(
      {
        '.gitignore': 'build/\n',
        Makefile:
          '.PHONY: test\nbuild/check: check.c count.c\n\tmkdir -p build\n\t$(CC) -o $@ check.c count.c\ntest: build/check\n\t./build/check\n',
        'count.c': 'int count(const char *text) { int n = 0; while (*text++) n++; return n; }\n',
        'check.c':
          '#include <stdio.h>\nint count(const char *);\nint main(void) { puts("1..1"); int good = count("a b c") == 3; puts(good ? "ok 1 - counts words" : "not ok 1 - counts words"); return good ? 0 : 1; }\n',
      },
      folder,
    ),
  verify: 'make test',
  verdict: 'red',
  failing: ['counts words'],
};
