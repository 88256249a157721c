// @ts-check
// Messages between the page and its workers.

/** An interrupt that nobody has taken is for a program that awaits. */
export const INTERRUPT = 'sabir-pyscript:interrupt';

/** The page's function that shows an error. */
export const REPORT = 'sabir-pyscript:report';
