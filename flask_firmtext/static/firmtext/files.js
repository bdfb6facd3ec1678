// Received files: buttons act without leaving the page, and a preview that cannot be shown says so.
(() => {
  "use strict";
  if (window.firmtextFiles) return;
  window.firmtextFiles = true;

  document.addEventListener("submit", async (event) => {
    const form = event.target, button = event.submitter;
    if (form.id !== "ft-files-form" || !button) return;
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    const line = document.querySelector("[data-ft-connection]");
    if (line) line.textContent = "";
    const body = new URLSearchParams(new FormData(form));
    if (button.name) body.set(button.name, button.value);
    try {
      const address = button.hasAttribute("formaction") ? button.formAction : form.action;
      const answer = await fetch(address, {
        method: "POST", body, credentials: "same-origin", headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(20000),
      });
      if (!answer.ok) throw new Error(String(answer.status));
      document.dispatchEvent(new CustomEvent("firmtext:sent"));
    } catch (error) {
      const signedOut = error.message === "401" || error.message === "400";
      const words = button.closest("[data-ft-failed]").dataset;
      if (line) line.textContent = signedOut ? words.ftStale : words.ftFailed;
      button.disabled = false;
      button.focus();
    }
  });

  const broken = (media) => {
    const said = media.closest("[data-ft-part]").querySelector("[data-ft-broken]");
    if (said) said.hidden = false;
    media.hidden = true;
  };

  // Errors of media do not bubble, and may have come before this script.
  document.addEventListener("error", (event) => {
    if (event.target instanceof Element && event.target.matches("[data-ft-media]")) broken(event.target);
  }, true);
  for (const media of document.querySelectorAll("[data-ft-media]"))
    if (media.error || (media.complete && !media.naturalWidth)) broken(media);
})();
