// The composer: Ctrl or ⌘ + Enter, what is written while a text is on its way, what others wrote meanwhile, and words
// when something fails.
(() => {
  "use strict";
  if (window.firmtextComposer) return;
  window.firmtextComposer = true;

  const LONG = 500, TWICE = 700;
  const message = () => document.getElementById("ft-message");
  const send = () => document.getElementById("ft-send");
  const ours = (target) => target && target.closest && target.closest("[data-ft-composer]");
  const words = (name) => JSON.parse(message().form.dataset.ftWords)[name];
  const sender = (event) => ours((event.detail.requestConfig || event.detail).elt);

  // Said a moment later, so that a new line, or the same words once more, are read aloud.
  function say(line, told) {
    line.textContent = "";
    setTimeout(() => { line.textContent = told; }, 50);
  }

  function fail(told) {
    const line = document.querySelector("[data-ft-composer] [data-ft-error]");
    if (!line) return;
    line.hidden = false;
    say(line, told);
  }

  document.addEventListener("input", (event) => {
    if (event.target.id !== "ft-message" || !ours(event.target)) return;
    event.target.removeAttribute("aria-invalid");
    if (!event.target.value) caughtUp();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target === message() && !event.defaultPrevented) return leave();
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

  // Back on line, nothing goes out by itself. Where the line broke on the way the text may have arrived all the same.
  let afterwards = "";

  document.addEventListener("firmtext:connected", () => {
    if (afterwards) fail(words(afterwards));
    afterwards = "";
  });

  // While a text is on its way the field stays open. The answer brings a new one, and what stands in the old moves there.
  let sent = "", kept = null, emptied = 0, slow = 0, begun = true;
  const progress = () => document.querySelector("[data-ft-composer] [data-ft-progress]");

  function note(told, instead) {
    const line = progress();
    if (line && (instead === undefined || line.textContent === instead)) line.textContent = told;
  }

  // What went wrong the last time is no longer so.
  function wait() {
    const line = document.querySelector("[data-ft-composer] [data-ft-error]");
    if (line) line.hidden = true;
    note(words("underWay"));
  }

  function rest(typed) {
    return typed.startsWith(sent) ? typed.slice(sent.length).trimStart() : typed;
  }

  function keep(field, typed) {
    const [start, end] = [field.selectionStart, field.selectionEnd].map((at) => at - field.value.length + typed.length);
    kept = { typed, start: Math.max(0, start), end: Math.max(0, end) };
  }

  // A page of somebody else's (a sign-in, a proxy's apology) never takes the place of the words.
  function receive(detail, field) {
    const { responseText, status } = detail.xhr, good = status < 400;
    if (!responseText.includes("data-ft-composer") && !responseText.includes('id="ft-thread"')) {
      detail.shouldSwap = false;
      fail(words(good || status === 401 ? "signIn" : "wrong"));
      return;
    }
    keep(field, good ? rest(field.value) : field.value);
    kept.changed = good && kept.typed !== "" && kept.typed === field.value;
    if (good && !kept.typed) emptied = Date.now();
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
    begun = navigator.onLine;
    afterwards = "";
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
    else if (event.detail.target.id === "ft-chosen") take(field);
    else if (event.detail.target.contains(field)) keep(field, field.value);
  });

  // To another contact or number words go along that were typed here; a draft from before stays where it was begun.
  function take(field) {
    if (!field.value || (field.form.hasAttribute("data-ft-as-kept") && field.value === field.defaultValue)) return;
    keep(field, field.value);
    kept.along = true;
  }

  // Where others have been begun already, those are shown, and drafts.js offers these.
  function offered(field) {
    if (!kept.along || !field.defaultValue || kept.typed.startsWith(field.defaultValue)) return false;
    document.dispatchEvent(new CustomEvent("firmtext:left", { detail: kept.typed }));
    kept = null;
    return true;
  }

  document.addEventListener("htmx:afterSwap", () => {
    const field = message();
    if (!field || !kept || offered(field)) return;
    field.value = kept.typed;
    field.setSelectionRange(kept.start, kept.end);
    field.dispatchEvent(new CustomEvent("firmtext:moved", { bubbles: true }));
    if (kept.changed) say(progress(), words("changed"));
    kept = null;
  });
  // Every script of a composer prepares itself on this: a new one has come, by an answer or because texts can be sent again.
  let here = message() && message().form;

  document.addEventListener("htmx:afterSettle", ({ target }) => {
    if (!message() || message().form === here || !target.contains(message())) return;
    document.dispatchEvent(new CustomEvent("firmtext:composer"));
  });
  document.addEventListener("firmtext:composer", () => {
    here = message().form;
    stand();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const field = message(), there = document.activeElement;
    if (!sender(event) || !field) return;
    clearTimeout(slow);
    note("", words("underWay"));
    if (!there || there === document.body || ours(there)) field.focus();
  });
  for (const [name, told] of [["htmx:sendError", "offline"], ["htmx:timeout", "silent"], ["htmx:responseError", "wrong"]]) {
    document.addEventListener(name, (event) => {
      if (!ours(event.target)) return;
      fail(words(told));
      if (told === "offline") afterwards = begun ? "backMaybe" : "back";
    });
  }

  // Esc leaves the field with everything in it, for who moves by keyboard.
  function leave() {
    const log = document.getElementById("ft-log");
    if (log) log.focus({ preventScroll: true });
  }

  // Whoever has begun to write is told of what others wrote since; whoever has not sees it above.
  const newest = (texts) => Math.max(0, ...texts.map((text) => Number(text.dataset.ftPosition)));

  function caughtUp() {
    const field = message(), there = [...document.querySelectorAll("#ft-texts [data-ft-position]")];
    if (!field) return;
    const seen = field.form.elements.seen;
    seen.value = Math.max(Number(seen.value), newest(there));
    field.form.querySelector("[data-ft-meanwhile]").hidden = true;
  }

  function who(text) {
    if (text.hasAttribute("data-ft-inbound")) return words("came");
    return text.dataset.ftBy ? words("answered").replace("%(name)s", text.dataset.ftBy) : words("automatic");
  }

  document.addEventListener("firmtext:texts", ({ detail: { added } }) => {
    const field = message();
    if (!field) return;
    if (!field.value.trim()) return caughtUp();
    const seen = Number(field.form.elements.seen.value);
    const news = added.filter((text) => Number(text.dataset.ftPosition) > seen && !text.hasAttribute("data-ft-mine"));
    if (!news.length) return;
    const line = field.form.querySelector("[data-ft-meanwhile]");
    line.hidden = false;
    say(line, who(news.at(-1)));
  });
  // To a person who has just been texted, "the first text" is no longer that.
  document.addEventListener("firmtext:sent", () => {
    for (const careful of document.querySelectorAll("[data-ft-careful]:not(.ft-warn)")) careful.remove();
  });

  // A picture or a file would take the place of the page with what was typed, or would be dropped in silence.
  const files = (moved) => moved && [...moved.types].includes("Files");

  document.addEventListener("paste", (event) => {
    if (!ours(event.target) || !files(event.clipboardData) || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    fail(words("noFiles"));
  });
  for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => {
    if (!message() || event.defaultPrevented || !files(event.dataTransfer) || !event.target.closest(".ft")) return;
    event.preventDefault();
    if (name === "drop") fail(words("noFiles"));
    else event.dataTransfer.dropEffect = "none";
  });
})();
