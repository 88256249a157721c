// @ts-check
// The limit: a request that a service worker answers at once.
import { serve } from '../../js/operations.mjs';

serve({
  get() {
    const request = new XMLHttpRequest();
    request.open('POST', 'answer', false);
    request.send();
    return request.status;
  },
});
