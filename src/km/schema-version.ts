/** Number of migrations in `drizzle/`; equals `PRAGMA user_version` of an up-to-date database. Apart from the schema, which loads drizzle. */
export const SCHEMA_VERSION = 7;
