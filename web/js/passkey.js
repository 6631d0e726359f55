// Passkeys: the form asks the device before it is sent, and sends the answer in its field
// "svar". Shown only where the browser has them; codes remain for all others.
const forms = document.querySelectorAll("form[data-passkey]");
const works = window.PublicKeyCredential && navigator.credentials;

if (works) {
  for (const form of forms) {
    form.hidden = false;
    form.addEventListener("submit", (event) => ask(event, form));
  }
  for (const note of document.querySelectorAll("[data-passkey-missing]")) note.hidden = true;
}

async function ask(event, form) {
  if (form.elements.svar.value) return;
  event.preventDefault();
  const button = form.querySelector("button[type=submit]");
  say(form, "");
  button.disabled = true;
  try {
    const answer = await fetch(form.dataset.start, { method: "POST", headers: { Accept: "application/json" }, redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    const options = await answer.json();
    form.elements.svar.value = JSON.stringify(form.dataset.passkey === "create" ? await create(options) : await get(options));
    form.submit();
  } catch (error) {
    say(form, reason(error));
    button.disabled = false;
  }
}

function say(form, text) {
  const place = form.querySelector("[data-passkey-failed]");
  place.textContent = text;
  place.hidden = !text;
}

function reason(error) {
  switch (error.name) {
    case "NotAllowedError":
    case "AbortError":
      return "Det ble avbrutt, eller tok for lang tid. Prøv igjen når du er klar.";
    case "InvalidStateError":
      return "Denne enheten har allerede en passnøkkel for deg her.";
    case "NotSupportedError":
    case "ConstraintError":
      return "Denne enheten kan ikke lage passnøkkelen. Bruk en annen enhet, eller en app.";
    default:
      return "Det gikk ikke akkurat nå. Last siden på nytt, og prøv igjen.";
  }
}

async function create(options) {
  options.challenge = bytes(options.challenge);
  options.user.id = bytes(options.user.id);
  for (const known of options.excludeCredentials ?? []) known.id = bytes(known.id);
  const made = await navigator.credentials.create({ publicKey: options });
  return {
    ...common(made),
    response: {
      clientDataJSON: text(made.response.clientDataJSON),
      attestationObject: text(made.response.attestationObject),
      transports: made.response.getTransports?.() ?? [],
    },
  };
}

async function get(options) {
  options.challenge = bytes(options.challenge);
  for (const known of options.allowCredentials ?? []) known.id = bytes(known.id);
  const shown = await navigator.credentials.get({ publicKey: options });
  const { clientDataJSON, authenticatorData, signature, userHandle } = shown.response;
  return {
    ...common(shown),
    response: {
      clientDataJSON: text(clientDataJSON),
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : undefined,
    },
  };
}

function common(credential) {
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

// bytes and text are base64url, as the server writes and reads it.
function bytes(value) {
  const plain = atob(value.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (c) => c.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
