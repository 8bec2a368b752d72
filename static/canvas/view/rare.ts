// What is not needed to see and move a drawing, as one chunk beside the script of the first visit: dialogs, and the panels of
// a step, of problems and of the try-out. `Rarely.tsx` alone brings it in: imported from what the first visit loads, a part
// of it would be in there again.

export { Conflict } from "./Conflict.tsx";
export { Connect } from "./Connect.tsx";
export { Exchange } from "./Exchange.tsx";
export { Keys } from "./Keys.tsx";
export { Needs } from "./Needs.tsx";
export { Problems } from "./Problems.tsx";
export { Publish } from "./Publish.tsx";
export { Versions } from "./Versions.tsx";
export { Inspector } from "./inspector/Inspector.tsx";
export { Insist } from "./trying/Insist.tsx";
export { Trying } from "./trying/Trying.tsx";
