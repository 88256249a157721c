// @ts-check
// Messages that the page posts to its workers.

/** The next message of the page's own that has `field`. @param {string} field @returns {Promise<any>} */
export const told = (field) =>
  new Promise((resolve) =>
    addEventListener('message', ({ data }) => data?.[field] !== undefined && resolve(data[field])),
  );
