// Signed out (in another tab, or because the session has ended): what one draws is kept in the browser, and saving goes on
// by itself once the same person has signed in again in another tab.

import { use } from "../editor.ts";
import { Icon } from "./Icon.tsx";

export function SignedOut(): React.JSX.Element | null {
  const saving = use((seen) => seen.saving);
  if (saving.state !== "signed-out") return null;
  const { other } = saving;
  return (
    <div className="choice-waits" role="alert">
      <Icon name="log-in" size={16} />
      <p>{other
        ? `“${other}” is signed in in this browser now. What you drew is kept here, and is saved only once you have signed in again yourself.`
        : "You are signed out. What you draw is kept in this browser, and is saved as soon as you have signed in again."}</p>
      <a className="link" href={other ? "/" : "/sign-in/"} target="_blank" rel="opener">{other ? "Change who is signed in" : "Sign in"}<span className="visually-hidden"> (in a new tab)</span></a>
    </div>
  );
}
