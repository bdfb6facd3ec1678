// The composer: Ctrl or ⌘ + Enter, the counter, what is written while a text is on its way, and words when it fails.
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

  const LONG = 500, TWICE = 700;
  const SIGN_IN = "You are signed out; your text is kept here. Sign in in another tab, come back here and press Send again.";
  const WRONG = "Something went wrong; your text is kept here. Press Send again.";
  const OFFLINE = "Not connected; your text is kept here. Press Send again.";
  const SILENT = "No answer yet; your text is kept here. Press Send again: it goes out only once.";
  const UNDER_WAY = "Sending… You can go on writing.";
  const CHANGED = "Sent as it was when you pressed Send. What you have written since then is still here.";

  const message = () => document.getElementById("ft-message");
  const send = () => document.getElementById("ft-send");
  const ours = (target) => target && target.closest && target.closest("[data-ft-composer]");
  const sender = (event) => ours((event.detail.requestConfig || event.detail).elt);

  // Said a moment later, so that a new line, or the same words once more, are read aloud.
  function say(line, words) {
    line.textContent = "";
    setTimeout(() => { line.textContent = words; }, 50);
  }

  function fail(words) {
    const line = document.querySelector("[data-ft-composer] [data-ft-error]");
    if (!line) return;
    line.hidden = false;
    say(line, words);
  }

  document.addEventListener("input", (event) => {
    if (event.target.id !== "ft-message" || !ours(event.target)) return;
    event.target.removeAttribute("aria-invalid");
    count(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing || !ours(event.target)) return;
    event.preventDefault();
    if (!event.repeat && !send().disabled) send().form.requestSubmit();
  });

  // The client wants no texts any more, or wants them again: what was typed stays, to be copied or sent.
  let stopped = false;

  function stand() {
    const field = message(), form = field && ours(field);
    if (!form) return;
    const held = form.contains(document.activeElement);
    form.toggleAttribute("data-ft-stopped", stopped);
    form.hidden = stopped && !field.value;
    for (const line of form.querySelectorAll("[data-ft-unsent]")) line.hidden = !stopped;
    field.readOnly = send().disabled = stopped;
    if (held && form.hidden) document.getElementById("ft-log").focus({ preventScroll: true });
  }

  document.addEventListener("firmtext:stopped", ({ detail }) => {
    if (stopped === detail) return;
    stopped = detail;
    stand();
  });

  // While a text is on its way the field stays open. The answer brings a new one, and what stands in the old moves there.
  let sent = "", kept = null, emptied = 0, slow = 0;
  const progress = () => document.querySelector("[data-ft-composer] [data-ft-progress]");

  function note(words, instead) {
    const line = progress();
    if (line && (instead === undefined || line.textContent === instead)) line.textContent = words;
  }

  // What went wrong the last time is no longer so.
  function wait() {
    const line = document.querySelector("[data-ft-composer] [data-ft-error]");
    if (line) line.hidden = true;
    note(UNDER_WAY);
  }

  function rest(words) {
    return words.startsWith(sent) ? words.slice(sent.length).trimStart() : words;
  }

  function keep(field, words) {
    const [start, end] = [field.selectionStart, field.selectionEnd].map((at) => at - field.value.length + words.length);
    kept = { words, start: Math.max(0, start), end: Math.max(0, end) };
  }

  // A page of somebody else's (a sign-in, a proxy's apology) never takes the place of the words.
  function receive(detail, field) {
    const { responseText, status } = detail.xhr, good = status < 400;
    if (!responseText.includes("data-ft-composer") && !responseText.includes('id="ft-thread"')) {
      detail.shouldSwap = false;
      fail(good || status === 401 ? SIGN_IN : WRONG);
      return;
    }
    keep(field, good ? rest(field.value) : field.value);
    kept.changed = good && kept.words !== "" && kept.words === field.value;
    if (good && !kept.words) emptied = Date.now();
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!ours(event.target)) return;
    sent = message().value;
    // The second click of two, when the first has been answered already.
    if (!sent && Date.now() - emptied < TWICE) {
      event.preventDefault();
      return;
    }
    note("");
    slow = setTimeout(wait, LONG);
  });
  // Another contact or number was chosen: until its composer comes, a text would still go to the one before.
  for (const [name, waits] of [["beforeRequest", true], ["afterRequest", false]]) {
    document.addEventListener(`htmx:${name}`, ({ detail: { target } }) => {
      if (target && target.id === "ft-chosen" && send()) send().disabled = waits;
    });
  }
  document.addEventListener("htmx:beforeSwap", (event) => {
    const field = message();
    if (!field || !event.detail.shouldSwap) return;
    if (sender(event)) receive(event.detail, field);
    else if (event.detail.target.contains(field)) keep(field, field.value);
  });
  document.addEventListener("htmx:afterSwap", () => {
    const field = message();
    if (!field || !kept) return;
    field.value = kept.words;
    field.setSelectionRange(kept.start, kept.end);
    if (kept.changed) say(progress(), CHANGED);
    kept = null;
  });
  document.addEventListener("htmx:afterSettle", () => { if (message()) { count(message()); stand(); } });
  document.addEventListener("htmx:afterRequest", (event) => {
    const field = message(), there = document.activeElement;
    if (!sender(event) || !field) return;
    clearTimeout(slow);
    note("", UNDER_WAY);
    if (!there || there === document.body || ours(there)) field.focus();
  });
  for (const [name, words] of [
    ["htmx:sendError", OFFLINE], ["htmx:timeout", SILENT], ["htmx:responseError", WRONG],
  ]) document.addEventListener(name, (event) => { if (ours(event.target)) fail(words); });

  const field = document.getElementById("ft-message");
  if (field) count(field);
})();
