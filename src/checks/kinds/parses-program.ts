export const BAD = '[does not parse]';
export const ABSENT = '[no tool]';
export const NOT_LOOKED_AT = '[not looked at]';

/**
 * A program for Node, run in the sandbox: says of each file whether it parses, as a script or as a module. TypeScript wants a Node that
 * strips types, and JSX is another language: such files are said not to have been looked at.
 */
export const PARSER = `
const vm = require('node:vm'), fs = require('node:fs'), { stripTypeScriptTypes } = require('node:module');
const problem = act => { try { act(); return null; } catch (error) { return error; } };
const asScript = (text, filename) => vm.compileFunction(text, ['exports', 'require', 'module'], { filename });
const asModule = (text, identifier) => new vm.SourceTextModule(text, { identifier });
for (const path of process.argv.slice(1)) {
  const text = fs.readFileSync(path, 'utf8').replace(/^#!.*/, '');
  const typed = /\\.[cm]?ts$/.test(path);
  if (typed && stripTypeScriptTypes === undefined) { console.log('${NOT_LOOKED_AT} ' + path); continue; }
  const script = typed ? null : problem(() => asScript(text, path));
  const found = typed ? problem(() => stripTypeScriptTypes(text)) : script && problem(() => asModule(text, path));
  if (found === null || found.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') continue;
  if (!typed && found.message === "Unexpected token '<'") { console.log('${NOT_LOOKED_AT} ' + path); continue; }
  const line = [found, script].map(error => /^.*:(\\d+)\\n/.exec(String(error?.stack).slice(0, 1000))).find(Boolean);
  console.log('${BAD} ' + path + (line ? ':' + line[1] : '') + ': ' + String(found.message).trim().split('\\n')[0]);
}
`;
