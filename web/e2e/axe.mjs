// Looks at every page given.
// Usage: node axe.mjs BASE PATH…
import { look } from "./look.mjs";

process.exit(await look(process.argv.slice(3)) ? 0 : 1);
