import type { Control } from './probe.ts';

const ifThere = (program: string, line: string): string => `command -v ${program} >/dev/null || exit 77; ${line}`;

/** What any build does. A sandbox that forbids it protects from work. */
export const CONTROLS: readonly Control[] = [
  { name: 'write-inside', tries: ({ root }) => `echo x > ${root}/inside && [ "$(cat ${root}/inside)" = x ]` },
  { name: 'temporary-file', tries: () => 'f=$(mktemp) && echo x > "$f" && rm "$f"' },
  { name: 'own-home', tries: () => 'echo x > "$HOME/.cache-file" && [ -s "$HOME/.cache-file" ]' },
  { name: 'shared-memory-of-its-own', tries: () => 'echo x > /dev/shm/own && rm /dev/shm/own' },
  { name: 'devices', tries: () => 'head -c 8 /dev/urandom > /dev/null && [ -w /dev/null ]' },
  {
    name: 'git-commit',
    tries: ({ root }) =>
      ifThere(
        'git',
        `mkdir ${root}/repo && cd ${root}/repo && git init -q && echo a > a && git add a && git -c user.name=A -c user.email=a@b commit -qm one`,
      ),
  },
  {
    name: 'node-fork',
    tries: ({ root }) =>
      ifThere(
        'node',
        `echo 'process.send ? process.send("up") : require("child_process").fork(__filename).on("message", () => process.exit(0))' > ${root}/fork.js && node ${root}/fork.js`,
      ),
  },
  {
    name: 'loopback-server',
    tries: () =>
      ifThere(
        'node',
        `node -e 'const s=require("http").createServer((q,r)=>r.end("up")).listen(0,"127.0.0.1",()=>require("http").get({port:s.address().port,host:"127.0.0.1"},()=>process.exit(0)))'`,
      ),
  },
  {
    name: 'python-subprocess',
    tries: () => ifThere('python3', `python3 -c 'import subprocess; subprocess.run(["true"], check=True)'`),
  },
  {
    name: 'threads',
    tries: () =>
      ifThere(
        'node',
        `node -e 'new (require("worker_threads").Worker)("0",{eval:true}).on("exit",c=>process.exit(c))'`,
      ),
  },
];
