// @ts-check
postMessage('started');
export {};
