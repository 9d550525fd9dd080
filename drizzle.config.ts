import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'sqlite',
  schema: [
    './src/km/schema.ts',
    './src/km/permissions/schema.ts',
    './src/memory/schema.ts',
    './src/orchestrator/schema.ts',
  ],
  out: './drizzle',
});
