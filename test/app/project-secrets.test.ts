import { describe, expect, it } from 'vitest';
import { projectSecrets } from '../../src/app/project-secrets.ts';
import { temporaryFolder, writeFiles } from '../support/repository.ts';

describe('secrets that stand in a project', () => {
  it('are values of its .env files whose names say so, and passwords of its remotes', () => {
    const root = temporaryFolder();
    writeFiles(root, {
      '.env': 'API_URL=http://localhost:1\nexport STRIPE_KEY="from-quotes-1" # mine\nSHORT_KEY=x\n',
      '.env.local': "DB_PASSWORD='from-local-2'\r\nMY_TOKEN=plain-3-long",
      '.env.example': 'STRIPE_KEY=your-key-goes-here\n',
      '.git/config':
        '[remote "origin"]\n\turl = https://me:p%40ss-word-4@host/x.git\n[remote "b"]\n\turl = https://ghp-token-5@host/y\n[http]\n\textraheader = AUTHORIZATION: basic header-6-long\n',
    });
    expect(
      projectSecrets(root)
        .map(({ value }) => value)
        .sort(),
    ).toEqual(['from-local-2', 'from-quotes-1', 'ghp-token-5', 'header-6-long', 'p@ss-word-4', 'plain-3-long'].sort());
    writeFiles(root, { '.env.docker': 'DB_PASSWORD=postgres\nAPI_KEY=changeme123\nJWT_SECRET=password\n' });
    expect(projectSecrets(root)).toHaveLength(6);
    expect(projectSecrets(`${root}/none`)).toEqual([]);
  });
});
