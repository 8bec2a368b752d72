// For the canvas, which is written in TypeScript.
export function exchange(old: Element, fresh: Element): void;
