// @ts-check
// The worker's part: it sends and receives values as the page says.
import { classify, failure, fresh, tellOf, typeOf } from './types.mjs';

/** @param {any} library */
export function run({ proxy, window }) {
  /** @type {any} */
  let sent;
  let told = '';
  let failed = false;
  /** @type {Record<string, (value: any) => any>} */
  const ways = {
    'proxy argument': (value) => proxy.take(value),
    'proxy member': (value) => proxy.takeMember({ member: value }),
    'proxy result': () => {},
    'window argument': (value) => window.take(value),
    'window member': (value) => window.takeMember({ member: value }),
    'window set': (value) => (window.holder.value = value),
    'window result': (value) => window.takeResult(() => value),
  };
  /** @type {Record<string, () => any>} */
  const sources = {
    'proxy result': () => [proxy.give()],
    'proxy member': () => [proxy.giveMember().member],
    'window result': () => [window.give()],
    'window member': () => [window.giveMember().member],
    'window argument': () =>
      new Promise((resolve) => window.callWith((/** @type {any} */ value) => void resolve([value]))),
  };
  /** What has arrived from the page. @param {any} value @param {string} group @param {string} type @param {string} expected @param {boolean} [isReference] whether a reference is due */
  const arrived = async (value, group, type, expected, isReference = false) => {
    const kind = typeOf(group, type);
    if ((isReference || !kind.moves) && Object(value) === value && window.isSent(value)) return 'reference';
    return classify(kind, value, expected);
  };
  Object.assign(proxy, {
    ready: () => true,
    async send(
      /** @type {string} */ group,
      /** @type {string} */ type,
      /** @type {string} */ channel,
      /** @type {string} */ role,
    ) {
      const kind = typeOf(group, type);
      failed = false;
      try {
        told = await tellOf(kind, (await fresh(kind))[0]);
        [sent] = await fresh(kind);
      } catch {
        return undefined;
      }
      try {
        await ways[`${channel} ${role}`](sent);
      } catch {
        failed = true;
      }
      return told;
    },
    give: () => sent,
    tell: () => ({ failed, value: told }),
    isBack: () => {
      const back = window.back();
      return Object(back) === back && back === sent;
    },
    async receive(
      /** @type {string} */ group,
      /** @type {string} */ type,
      /** @type {string} */ channel,
      /** @type {string} */ role,
      /** @type {string} */ expected,
    ) {
      let value;
      try {
        [value] = await sources[`${channel} ${role}`]();
      } catch {
        return failure(typeOf(group, type), role);
      }
      return arrived(value, group, type, expected, channel === 'window');
    },
    receiveArgument: (
      /** @type {any} */ value,
      /** @type {string} */ group,
      /** @type {string} */ type,
      /** @type {string} */ expected,
    ) => arrived(value, group, type, expected),
  });
}
