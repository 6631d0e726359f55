import base64
import hashlib
import hmac
import time


def er_fra_oss(nokkel, hoder, kropp):
    """Sier om meldingen er signert med nøkkelen, og ikke er gammel.

    hoder har navnene med små bokstaver, kropp er bytes med det som kom, uendret.
    """
    ident = hoder.get("webhook-id", "")
    tid = hoder.get("webhook-timestamp", "")
    if not tid.isdecimal() or abs(time.time() - int(tid)) > 300:
        return False
    hemmelig = base64.b64decode(nokkel.removeprefix("whsec_"))
    signert = f"{ident}.{tid}.".encode() + kropp
    ventet = b"v1," + base64.b64encode(hmac.digest(hemmelig, signert, hashlib.sha256))
    # Det kan stå flere signaturer. Én som stemmer, er nok.
    return any(
        hmac.compare_digest(signatur.encode(), ventet)
        for signatur in hoder.get("webhook-signature", "").split()
    )
