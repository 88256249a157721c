// @ts-check
// A table of 1000 rows, as a program builds it: 14,002 operations. On the page and in workers.

/** @param {any} document */
export function buildRows(document) {
  const table = document.createElement('table');
  for (let index = 0; index < 1000; index++) {
    const row = document.createElement('tr');
    for (let column = 0; column < 3; column++) {
      const cell = document.createElement('td');
      cell.textContent = `${index}:${column}`;
      cell.className = 'cell';
      row.appendChild(cell);
    }
    table.appendChild(row);
  }
  document.body.appendChild(table);
  return table;
}

/**
 * ms of several tables, each after a pause in which the event loop is free: until this realm goes on, and until all is done.
 * @param {any} document @param {number} times @returns {Promise<[free: number, done: number][]>}
 */
export async function timeRows(document, times) {
  /** @type {[number, number][]} */
  const each = [];
  while (each.length < times) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const start = performance.now();
    const table = buildRows(document);
    const free = performance.now() - start;
    const { length } = table.rows;
    each.push([free, performance.now() - start]);
    if (length !== 1000) throw new Error(`${length} rows`);
    table.remove();
  }
  return each;
}
