// PyScript's plugin that shows errors on the page.
export function notify(text: string): void;
