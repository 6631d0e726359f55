import { createHmac, timingSafeEqual } from "node:crypto";

// Sier om meldingen er signert med nøkkelen, og ikke er gammel. hoder har navnene med
// små bokstaver, kropp er en Buffer med det som kom, uendret.
export function erFraOss(nokkel, hoder, kropp) {
  const id = hoder["webhook-id"];
  const tid = hoder["webhook-timestamp"];
  if (!(Math.abs(Date.now() / 1000 - Number(tid)) < 300)) return false;
  const ventet = createHmac("sha256", Buffer.from(nokkel.replace(/^whsec_/, ""), "base64"))
    .update(`${id}.${tid}.`)
    .update(kropp)
    .digest("base64");
  // Det kan stå flere signaturer. Én som stemmer, er nok.
  return (hoder["webhook-signature"] ?? "").split(" ").some((signatur) => {
    const [a, b] = [Buffer.from(signatur), Buffer.from(`v1,${ventet}`)];
    return a.length === b.length && timingSafeEqual(a, b);
  });
}
