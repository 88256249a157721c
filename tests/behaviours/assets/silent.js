// A package whose worker is never heard of again.
postMessage({ type: 'sabir:hello' });
