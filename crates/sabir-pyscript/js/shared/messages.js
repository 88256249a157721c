// @ts-check
// Messages between the page and its workers.

/** An interrupt that nobody has taken is for a program that awaits. */
export const INTERRUPT = 'sabir-pyscript:interrupt';

/** The page's function that shows an error. */
export const REPORT = 'sabir-pyscript:report';

/** The page's function that waits for a named worker, and gives the name of its links. */
export const FIND = 'sabir-pyscript:find';

/** The page's function that adds a worker's tag. */
export const CREATE = 'sabir-pyscript:create';

/** The page's function that passes a call on to a named worker. */
export const RELAY = 'sabir-pyscript:relay';
