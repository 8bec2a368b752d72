// An icon of the project's set, from the sprite that the page brings. A word always stands beside it.

export function Icon({ name, size = 16 }: { name: string; size?: number }): React.JSX.Element {
  return (
    <svg className="glyph" width={size} height={size} aria-hidden="true" focusable="false">
      <use href={`#icon-${name}`} />
    </svg>
  );
}

export const FAMILY_ICONS: Readonly<Record<string, string>> = {
  execute: "zap", verify: "shield-check", decide: "split", escalate: "hand", outcome: "flag", start: "circle-play",
};
