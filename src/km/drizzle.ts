// A file of ours around the package: what is loaded lazily through one of them shares the bundle's hot chunk, and with it
// better-sqlite3, which drizzle imports too.
export { drizzle } from 'drizzle-orm/better-sqlite3';
