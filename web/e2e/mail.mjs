// Reads the mails that the program writes into a folder when no mail server is named.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const patience = 20_000; // ms

// The text of the newest mail to the address; waits until there is one.
export async function mailTo(folder, address) {
  const until = Date.now() + patience;
  for (;;) {
    const names = (await readdir(folder).catch(() => [])).filter((n) => n.endsWith(".eml"));
    for (const name of names.sort().reverse()) { // the names sort by time
      const { headers, text } = decode(await readFile(join(folder, name), "latin1"));
      if (headers.get("to")?.includes(`<${address}>`)) return text;
    }
    if (Date.now() > until) throw new Error(`no mail to ${address} in ${folder}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// One byte of the mail is one character of raw.
function decode(raw) {
  const end = raw.indexOf("\r\n\r\n");
  const headers = new Map(raw.slice(0, end).replace(/\r\n[ \t]+/g, " ").split("\r\n").map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
  const type = headers.get("content-type") ?? "";
  if (!/^text\/plain;.*utf-8/i.test(type)) throw new Error(`a mail of the type ${type}`);
  return { headers, text: bytes(raw.slice(end + 4), headers.get("content-transfer-encoding")).toString("utf8") };
}

function bytes(body, encoding = "8bit") {
  switch (encoding.toLowerCase()) {
    case "base64":
      return Buffer.from(body, "base64");
    case "quoted-printable":
      return Buffer.from(body.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))), "latin1");
    default:
      return Buffer.from(body, "latin1");
  }
}
