// A text field that is as high as its text. The browser does it where it can; elsewhere the rows do.

interface Written {
  readonly id: string;
  readonly value: string;
  readonly code: "cel" | "template" | "";
  readonly onChange: (value: string) => void;
  readonly onLeave?: () => void;
}

export function Area({ value, code, onChange, onLeave, ...rest }: Written): React.JSX.Element {
  const lines = Math.min(14, Math.max(code === "cel" ? 1 : 2, value.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 38)), 0)));
  return <textarea {...rest} className={code ? "mono area" : "area"} rows={lines} value={value} spellCheck={code !== "cel"} onChange={(event) => onChange(event.target.value)} onBlur={onLeave} />;
}
