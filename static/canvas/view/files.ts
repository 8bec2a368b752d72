// Files that somebody brings in: dropped on the drawing, or opened in the dialog for it (`Exchange.tsx`), which they open.

import { editor } from "../editor.ts";
import { MAX_BYTES } from "../model/document.ts";

// A file that was dropped on the drawing.
export async function bringIn(file: File): Promise<void> {
  await readable(file).then(
    (text) => editor.set({ mode: { is: "importing", text } }),
    (why: string) => editor.tell(`The drawing is as it was. ${why}`, "problem"),
  );
}

// Its text, or a refusal in words. Too large a file is not even read.
export async function readable(file: File | undefined): Promise<string> {
  if (!file) return Promise.reject("There is no file.");
  if (file.size > 2 * MAX_BYTES) return Promise.reject("This is larger than 2 MiB, more than a drawing can hold.");
  return file.text().catch(() => Promise.reject("The file cannot be read."));
}
