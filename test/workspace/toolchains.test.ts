import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toolchainsOf } from '../../src/workspace/sandbox/toolchains.ts';
import { temporaryFolder, writeFiles } from './helpers.ts';

describe('toolchains', () => {
  it('shows the installations on PATH that lie in hidden places, and nothing beside them', async () => {
    const top = temporaryFolder();
    const home = join(top, 'me');
    writeFiles(home, {
      '.nvm/versions/node/v24/bin/node': '',
      '.nvm/versions/node/v24/lib/node_modules/npm/bin/npm-cli.js': '',
      '.local/bin/own': '',
      '.local/share/pipx/venvs/black/bin/black': '',
      '.local/share/keyrings/secret': '',
      '.cargo/bin/cargo': '',
      '.cargo/registry/index': '',
      '.cargo/credentials.toml': '',
      '.rustup/settings.toml': '',
      'bin/script': '',
      'project/node_modules/.bin/vitest': '',
      'project/.env': '',
      'loose-tool': '',
    });
    symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(home, '.nvm/versions/node/v24/bin/npm'));
    symlinkSync('../share/pipx/venvs/black/bin/black', join(home, '.local/bin/black'));
    symlinkSync('../loose-tool', join(home, 'bin/loose'));
    mkdirSync(join(top, 'open/bin'), { recursive: true });
    const folders = [
      '.nvm/versions/node/v24/bin',
      '.local/bin',
      '.cargo/bin',
      'bin',
      'project/node_modules/.bin',
      'absent',
    ];
    const path = [...folders.map(folder => join(home, folder)), join(top, 'open/bin'), 'relative', home].join(':');
    const found = await toolchainsOf({ path, home, hidden: [home, join(home, 'project')], inner_home: '/run/home' });
    expect(found.mounts.map(mount => mount.to.replace(`${home}/`, '~/'))).toEqual([
      '~/.nvm/versions/node/v24',
      '~/.local/bin',
      '~/.local/share/pipx/venvs/black',
      '~/.cargo/bin',
      '~/bin',
      '~/loose-tool',
      '~/project/node_modules',
      '/run/home/.cargo/registry',
      '~/.rustup',
    ]);
    expect(found.variables).toEqual({ CARGO_NET_OFFLINE: 'true', RUSTUP_HOME: join(home, '.rustup') });
  });
});
