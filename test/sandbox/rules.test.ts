import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type BubblewrapOptions, bubblewrapSandbox } from '../../src/workspace/sandbox/bubblewrap.ts';
import { limitNotes } from '../../src/workspace/sandbox/limits.ts';
import { value, writeFiles } from '../workspace/helpers.ts';
import { bwrapIsHere, folders, plainOptions, runIn } from '../workspace/sandboxes.ts';

const LIMITS = { memory_mb: 300, processes: 60, file_mb: 8, open_files: 200, disk_free_mb: 1 };

async function sandboxWith(options: Partial<BubblewrapOptions>) {
  const made = folders();
  const sandbox = value(await bubblewrapSandbox({ ...plainOptions(made.top), ...options }));
  return { ...made, run: runIn({ ...made, sandbox }) };
}

describe.skipIf(!bwrapIsHere)('a command that takes too much (needs bwrap)', () => {
  it.each([
    [
      'memory of one process',
      `node -e 'const a=[];for(;;)a.push(Buffer.alloc(2e7,1))'`,
      /used \d+ MB of memory.*300 MB/,
    ],
    [
      'memory of many processes together',
      `for i in 1 2 3 4; do node -e 'const a=Buffer.alloc(1e8,1);setTimeout(()=>{},20000)' & done; wait`,
      /used \d+ MB of memory.*300 MB/,
    ],
    ['memory in /dev/shm', 'for i in $(seq 60); do head -c 8000000 /dev/zero > /dev/shm/$i || exit 1; done', /300 MB/],
    ['processes', 'for i in $(seq 400); do sleep 20 & done; wait', /at most 60 processes/],
    [
      'a bomb of processes that start processes',
      'bomb() { [ $1 = 0 ] || { bomb $(($1-1)) & bomb $(($1-1)) & sleep 20; }; }; bomb 8',
      /at most 60 processes/,
    ],
    ['one file', 'head -c 20M /dev/zero > big; exit 1', /beyond 8 MB/],
    ['open files', `node -e 'for(let i=0;i<999;i++)require("fs").openSync("/etc/passwd")'`, /at most 200 files/],
  ])('is ended or refused, and told the limit and its number: %s', async (_, command, told) => {
    const { run } = await sandboxWith({ limits: LIMITS });
    const ran = value(await run(command, 60));
    expect(ran.output.slice(-2000)).toMatch(told);
    expect(ran.output).toContain('[llmclis] ');
    expect(ran.timed_out).toBe(false);
    expect(ran.ms).toBeLessThan(60_000);
  });

  it('leaves a command alone that keeps to them', async () => {
    const { run } = await sandboxWith({ limits: LIMITS });
    const ran = value(
      await run('node -e "console.log(Buffer.alloc(5e7,1).length)"; head -c 1M /dev/zero > small; sleep 0.5'),
    );
    expect(ran).toMatchObject({ exit: 0, output: '50000000\n' });
  });

  it('says nothing about limits when it did its work', () => {
    const limits = { ...LIMITS };
    expect(limitNotes({ exit: 0, output: 'EMFILE Too many open files' }, limits)).toEqual([]);
    expect(limitNotes({ exit: 1, output: 'expected 1 to be 2' }, limits)).toEqual([]);
    expect(limitNotes({ exit: 153, output: '' }, limits)).toHaveLength(1);
  });
});

describe.skipIf(!bwrapIsHere)('a network that a person allowed (needs bwrap)', () => {
  const server = async (): Promise<number> => {
    const listening = createServer((request, response) => response.end(`served ${request.url}`)).listen(0, '127.0.0.2');
    onTestFinished(() => void listening.close());
    await once(listening, 'listening');
    const address = listening.address();
    return typeof address === 'object' ? (address?.port ?? 0) : 0;
  };
  const fetching = (url: string) =>
    `node -e 'require("http").get({host:"127.0.0.1",port:3128,path:"${url}"},r=>r.on("data",d=>console.log(r.statusCode,String(d))))'`;

  it('is reached through the proxy, and no other host is', async () => {
    const port = await server();
    const { run } = await sandboxWith({ network: [`127.0.0.2:${port}`] });
    const ran = value(
      await run(`${fetching(`http://127.0.0.2:${port}/a`)}; echo $HTTPS_PROXY; grep -c : /proc/net/dev`),
    );
    expect(ran).toMatchObject({
      exit: 0,
      output: '200 served /a\nhttp://127.0.0.1:3128\n1\n',
    });
    const other = value(await run(fetching(`http://127.0.0.2:${port + 1}/a`)));
    expect(other.output).toMatch(new RegExp(`403 llmclis: 127.0.0.2:${port + 1} is not on the list`));
    expect(other.output).toMatch(/\[llmclis\] 127\.0\.0\.2:\d+ was refused.*request_permission/);
    const around = value(await run(`bash -c 'exec 9<>/dev/tcp/127.0.0.2/${port}' && echo around; exit 0`));
    expect(around.output).not.toContain('around\n');
  });

  it('carries many connections and large answers at once', async () => {
    const body = Buffer.alloc(3_000_000, 'x');
    const listening = createServer((_, response) => response.end(body)).listen(0, '127.0.0.2');
    onTestFinished(() => void listening.close());
    await once(listening, 'listening');
    const address = listening.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const { run } = await sandboxWith({ network: [`127.0.0.2:${port}`] });
    const script = `const http=require("http");let left=20,bytes=0;for(let i=0;i<20;i++)http.get({host:"127.0.0.1",port:3128,path:"http://127.0.0.2:${port}/"},r=>r.on("data",d=>bytes+=d.length).on("end",()=>--left||(console.log(bytes),process.exit())))`;
    expect(value(await run(`node -e '${script}'`)).output).toBe('60000000\n');
  });

  it('is off unless allowed: no proxy, no variable, and a word about how to ask', async () => {
    const { run } = await sandboxWith({});
    const ran = value(
      await run(
        `node -e 'fetch("http://registry.npmjs.org").catch(e=>{console.log(e.cause.code);process.exit(1)})'; env | grep -ic _proxy`,
      ),
    );
    expect(ran.output).toMatch(
      /^(?:EAI_AGAIN|ENOTFOUND)\n0\n\[llmclis\] Commands have no network here.*request_permission/,
    );
  });
});

describe.skipIf(!bwrapIsHere)('what else a person allowed (needs bwrap)', () => {
  it('a folder is read, and not written; the data folder never is', async () => {
    const made = folders();
    writeFiles(made.top, { 'home/data/a.txt': 'mine\n', 'home/other.txt': 'secret\n', 'store/llmclis.db': 'db\n' });
    const store = join(made.top, 'store');
    const sandbox = value(
      await bubblewrapSandbox({
        ...plainOptions(made.top),
        home: made.home,
        hidden: [store],
        readable: [join(made.home, 'data'), store, join(made.top, 'nowhere')],
      }),
    );
    const ran = value(
      await runIn({ ...made, sandbox })(
        `cat ${made.home}/data/a.txt; echo x > ${made.home}/data/a.txt; cat ${made.home}/other.txt ${store}/llmclis.db; true`,
      ),
    );
    expect(ran.output).toMatch(/^mine\n/);
    expect(ran.output).toContain('Read-only file system');
    expect(ran.output).not.toMatch(/^(?:secret|db)$/m);
  });

  it('a link that stands where models write leads nowhere', async () => {
    const made = folders();
    writeFiles(made.top, { 'home/.ssh/id': 'key\n', 'project/a.txt': '' });
    const project = join(made.top, 'project');
    symlinkSync(join(made.home, '.ssh'), join(project, 'docs'));
    symlinkSync(project, join(made.top, 'way'));
    const sandbox = value(
      await bubblewrapSandbox({
        ...plainOptions(made.top),
        home: made.home,
        hidden: [project],
        readable: [join(project, 'docs'), join(made.top, 'way', 'docs')],
      }),
    );
    const ran = value(await runIn({ ...made, sandbox })(`cat ${made.home}/.ssh/id ${project}/docs/id; true`));
    expect(ran.output).not.toMatch(/^key$/m);
  });

  it('a variable’s value is in no command line, which all users of the machine may read', async () => {
    const { root, run } = await sandboxWith({ secrets: { NPM_TOKEN: 'granted-5c1f' } });
    const running = run('touch begun; while [ -e begun ]; do sleep 0.05; done; echo $NPM_TOKEN');
    while (!existsSync(join(root, 'begun'))) await new Promise(done => setTimeout(done, 10));
    const lines = readdirSync('/proc').flatMap(name => {
      try {
        return /^\d+$/.test(name) ? [readFileSync(`/proc/${name}/cmdline`, 'utf8')] : [];
      } catch {
        return [];
      }
    });
    expect(lines.filter(line => line.includes(root)).length).toBeGreaterThan(0);
    expect(lines.some(line => line.includes('granted-5c1f'))).toBe(false);
    rmSync(join(root, 'begun'));
    expect(value(await running).output).toBe('granted-5c1f\n');
  });

  it('a variable is in the environment, and cannot stand in for ours', async () => {
    const { run } = await sandboxWith({ secrets: { NPM_TOKEN: 'granted', HOME: '/etc' } });
    expect(value(await run('echo $NPM_TOKEN $HOME')).output).toBe('granted /run/home\n');
  });
});
