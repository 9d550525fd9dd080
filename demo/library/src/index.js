export { parseDuration } from './duration.js';
export { slugify } from './slugify.js';
export { titleCase } from './title-case.js';
export { truncate } from './truncate.js';
