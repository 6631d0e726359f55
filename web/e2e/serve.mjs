// Starts a browser for many scripts, prints its address, and ends it with the input.
// Usage: node serve.mjs, with CHROMIUM as in browser.mjs
import { chromium } from "playwright-core";
import { program } from "./browser.mjs";

const server = await chromium.launchServer({ ...program, host: "127.0.0.1" });
console.log(server.wsEndpoint());
process.stdin.on("close", () => server.close()).resume();
