// A dialog in the middle of the window: the browser's own, so that focus stays inside and Escape leaves.

import { useEffect, useRef } from "react";
import { editor } from "../editor.ts";
import { camera } from "./camera.ts";
import { Icon } from "./Icon.tsx";

export function Modal({ title, children, wide = false, onClose = () => editor.idle() }: { title: string; children: React.ReactNode; wide?: boolean; onClose?: () => void }): React.JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    // What is asked for comes first, not the cross in the corner.
    dialog.current?.querySelector<HTMLElement>("input:not([type=file]), .modal-foot .button, textarea")?.focus();
    return () => camera.focus();
  }, []);
  return (
    <dialog ref={dialog} className="modal" data-wide={wide || undefined} aria-label={title} onCancel={(event) => { event.preventDefault(); onClose(); }} onPointerDown={(event) => event.target === dialog.current && onClose()}>
      <div className="modal-box">
        <header className="modal-head"><h2>{title}</h2><button type="button" className="tool" aria-label="Close" onClick={onClose}><Icon name="x" /></button></header>
        {children}
      </div>
    </dialog>
  );
}
