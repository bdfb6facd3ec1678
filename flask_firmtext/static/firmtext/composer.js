// The composer: Ctrl or ⌘ + Enter, the counter, the focus after a text, and words when nobody answers.
(() => {
  "use strict";
  if (window.firmtextComposer) return;
  window.firmtextComposer = true;

  // A small twin of messaging/segments.py, which has the last word.
  const BASIC = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
  const EXTENDED = new Set("\f^{}\\[~]|€");
  const LIMIT = 3200;

  function segments(letters) {
    const plain = letters.every((letter) => BASIC.has(letter) || EXTENDED.has(letter));
    const widths = letters.map((letter) => plain ? (EXTENDED.has(letter) ? 2 : 1) : letter.length);
    const [alone, joined] = plain ? [160, 153] : [70, 67];
    if (widths.reduce((sum, width) => sum + width, 0) <= alone) return letters.length ? 1 : 0;
    let parts = 1, used = 0;
    for (const width of widths) {
      if (used + width > joined) { parts += 1; used = 0; }
      used += width;
    }
    return parts;
  }

  function size(text) {
    const letters = [...text], number = (value) => value.toLocaleString("en-US");
    const limit = `${number(letters.length)} of ${number(LIMIT)} characters`;
    if (letters.length > LIMIT) return `${limit}: too long to send`;
    if (!letters.length) return limit;
    const count = segments(letters);
    return `${limit} · ${count <= 1 ? "1 text" : `counts as ${count} texts`}`;
  }

  function count(field) {
    const counter = field.form.querySelector("[data-ft-counter]");
    counter.textContent = size(field.value);
    counter.classList.toggle("ft-over", [...field.value].length > LIMIT);
  }

  function fail(words) {
    const line = document.querySelector("[data-ft-composer] [data-ft-error]");
    if (!line) return;
    line.hidden = false;
    line.textContent = words;
  }

  const ours = (target) => target.closest && target.closest("[data-ft-composer]");

  document.addEventListener("input", (event) => {
    if (event.target.id === "ft-message" && ours(event.target)) count(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing || !ours(event.target)) return;
    event.preventDefault();
    if (!event.repeat) event.target.form.requestSubmit();
  });
  document.addEventListener("htmx:afterSettle", () => {
    const field = document.getElementById("ft-message");
    if (!field) return;
    count(field);
    if (awaited) field.focus();
    awaited = false;
  });
  let awaited = false;
  // The answer brings a new field: what was typed into the old one meanwhile would be lost, so it takes nothing.
  function hold(event, held) {
    const form = ours(event.target);
    if (form) form.querySelector("#ft-message").readOnly = held;
  }
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (ours(event.target)) awaited = true;
    hold(event, true);
  });
  document.addEventListener("htmx:afterRequest", (event) => hold(event, false));
  document.addEventListener("htmx:sendError", (event) => {
    if (ours(event.target)) fail("Not connected; your text is kept here. Press Send again.");
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (ours(event.target)) fail("Something went wrong; your text is kept here. Press Send again.");
  });

  const field = document.getElementById("ft-message");
  if (field) count(field);
})();
