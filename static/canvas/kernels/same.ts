// Whether two values are the same as JSON, whatever the order of their fields. Parts that two drawings share are seen at once.

export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [a, b] = [one as Record<string, unknown>, other as Record<string, unknown>];
  const [left, right] = [present(a), present(b)];
  return left.length === right.length && left.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

const present = (of: Record<string, unknown>): string[] => Object.keys(of).filter((key) => of[key] !== undefined);
