/** A list as YAML in block style, each value quoted, so that any command survives. */
const yamlList = (values: readonly string[]): string => values.map(value => `  - ${JSON.stringify(value)}`).join('\n');

const VERIFY_NONE = `# verify:
#   - npm test`;

/** The `llmclis.yaml` that `init` writes: made to be read, edited and committed. */
export function newSettingsText({ verify }: { readonly verify: readonly string[] }): string {
  return `# Settings of llmclis for this project. Commit this file.
# See what holds and where it comes from: llmclis config explain

# Commands that decide whether work is good. They run before and after each task; what failed before and
# passes after proves it. They run in a fresh copy of the repository, without network.
# Beside commands there are kinds, such as {kind: diff, allow: src/**}: llmclis check --list
${verify.length === 0 ? VERIFY_NONE : `verify:\n${yamlList(verify)}`}

# Commands that run once in each fresh copy, before anything else.
# setup:
#   - npm run build

# Ignored dependency folders that each copy gets links to. Without this line they are found
# (node_modules, .venv, vendor …). .env files are linked only when they are listed.
# link:
#   - node_modules

# Files that work must not change, beside tests, their configuration, CI files and plans.
# protect:
#   - migrations/**

# Where proven work goes: branch (a branch of the run; yours is not touched), auto (into your branch),
# review (one branch per task).
# merge: branch

# Hosts that commands may reach, and folders outside that they may read. What stands here is only proposed:
# llmclis asks you once before it takes effect.
# network:
#   - registry.npmjs.org
# readable:
#   - /usr/share/dict

# Which models may be asked: offline (no byte leaves this machine), local-first, cloud-first.
# mode: local-first

# US dollars one run may spend.
# budget_usd: 5

# The plan files.
# plans:
#   - plans.md
`;
}
