// @ts-check
// What stands in for the wasm's half of a link that has ended: so that one can be freed, whoever still holds the realm.

export class Ended {
  #error;

  /** @param {Error} error why the link has ended */
  constructor(error) {
    this.#error = error;
  }

  call() {
    return -1;
  }
  answerAt() {
    return 0;
  }
  takeError() {
    return this.#error;
  }
  start() {}
  startWithin() {
    return true;
  }
  post() {}
  defer() {
    return 0;
  }
  settle() {}
  takeInterrupt() {
    return false;
  }
  close() {}
}
