// Keeps what is being written on the server, for this user and place. Nothing of it is kept in the browser.
(() => {
  "use strict";
  if (window.firmtextDrafts) return;
  window.firmtextDrafts = true;

  const PAUSE = 800, AGAIN = 5000, PATIENCE = 2000;
  let timer = 0, running = null, saved = null, count = 0, flying = false, settled = true;
  let undecided = false, left = null;

  const field = () => document.getElementById("ft-message");
  const words = (name) => JSON.parse(field().form.dataset.ftWords)[name];
  const part = (name) => field().form.querySelector(`[data-ft-${name}]`);

  function say(told) {
    const line = part("kept");
    if (line.textContent !== told) line.textContent = told;
  }

  const waits = () => field() && saved !== null && field().value !== saved && !flying;

  function soon(pause = PAUSE) {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  }

  function contents() {
    const body = new FormData(field().form);
    count += 1;
    body.set("count", count);
    return body;
  }

  function save(again = true) {
    clearTimeout(timer);
    if (!waits() || running || undecided) return;
    running = send(again).finally(() => {
      running = null;
      if (waits() && settled) soon();
    });
  }

  async function send(again) {
    const form = field().form, text = field().value, mine = () => field() && field().form === form;
    try {
      const answer = await fetch(form.dataset.ftDrafts, {
        method: "POST", body: contents(), credentials: "same-origin", signal: AbortSignal.timeout(15000),
      });
      const told = answer.headers.get("Content-Type") === "application/json" ? await answer.json() : {};
      if (mine()) heed(answer.status, told, text, again);
    } catch {
      settled = false;
      if (!mine()) return;
      say(words("notKept"));
      soon(AGAIN);
    }
  }

  function heed(status, told, text, again) {
    const form = field().form;
    settled = status === 200;
    if (told.csrf) for (const token of document.querySelectorAll("[name=csrf_token]")) token.value = told.csrf;
    // Somebody has signed in again, in another tab: now there is a token to save with.
    if (status === 400 && told.csrf && again) return void setTimeout(save, 0, false);
    if (status === 409) return elsewhere(told);
    if (status === 200) {
      saved = text;
      form.elements.known.value = told.known;
      return say(text.trim() ? words("kept") : "");
    }
    say(words({ 400: "signedOut", 401: "signedOut", 404: "notHere", 413: "tooMuch" }[status] || "notKept"));
    if (status !== 404 && status !== 413) soon(AGAIN);
  }

  // Another tab of the same user has other words: neither takes the place of the other by itself.
  function elsewhere(told) {
    undecided = true;
    saved = told.other;
    ask("newer", told.other, told.known);
  }

  function ask(question, other, known) {
    const box = part("elsewhere");
    box.querySelector("p").textContent = words(question);
    box.hidden = false;
    say("");
    box.querySelector("[data-ft-take]").onclick = () => {
      field().value = other;
      field().dispatchEvent(new CustomEvent("firmtext:moved", { bubbles: true }));
      decide(known);
    };
    box.querySelector("[data-ft-stay]").onclick = () => decide(known);
  }

  function decide(known) {
    part("elsewhere").hidden = true;
    if (known !== undefined) field().form.elements.known.value = known;
    undecided = false;
    settled = true;
    save();
    field().focus();
  }

  // The last words of a page that goes away; a browser takes them along without waiting for an answer.
  function leaving() {
    if (!waits() || undecided) return;
    const body = contents();
    if (navigator.sendBeacon(field().form.dataset.ftDrafts, body)) saved = field().value;
  }

  function begin() {
    if (!field() || !field().form.dataset.ftDrafts) return;
    saved = field().form.hasAttribute("data-ft-as-kept") ? field().defaultValue : "";
    settled = true;
    undecided = false;
    if (field().value !== saved) soon();
  }

  document.addEventListener("input", (event) => { if (event.target === field() && saved !== null) soon(); });
  document.addEventListener("focusout", (event) => { if (event.target === field() && settled && !(event.relatedTarget && event.relatedTarget.id === "ft-send")) save(); });
  // Text that is on its way is a draft no more; what is typed meanwhile is kept once the answer is there.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.defaultPrevented || !field() || event.target !== field().form) return;
    flying = true;
    clearTimeout(timer);
  });
  // The composer that sent it has left the page by then, another stands there: only the request still names it.
  document.addEventListener("htmx:afterRequest", ({ detail: { requestConfig } }) => {
    if (!requestConfig || !requestConfig.elt.matches("[data-ft-composer]")) return;
    flying = false;
    if (waits()) soon();
  });
  // A saving that is under way arrives first: after the text it would be a draft of what was sent.
  document.addEventListener("htmx:confirm", (event) => {
    if (!running || !field() || event.target !== field().form) return;
    event.preventDefault();
    Promise.race([running, new Promise((resolve) => { setTimeout(resolve, PATIENCE); })]).finally(() => event.detail.issueRequest(true));
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    // Another contact was chosen: what was typed goes along, and is no longer meant for this one.
    if (!event.detail.shouldSwap || !event.detail.target || event.detail.target.id !== "ft-chosen") return;
    clearTimeout(timer);
    left = waits() && !undecided ? { place: field().form.dataset.ftDrafts, words: contents() } : null;
    saved = null;
  });
  // It did not: the contact has a draft, which is shown. The words are kept at the one before, and can be had here.
  document.addEventListener("firmtext:left", ({ detail }) => {
    if (left) navigator.sendBeacon(left.place, left.words);
    left = null;
    ask("begun", detail);
  });
  document.addEventListener("firmtext:composer", begin);
  document.addEventListener("visibilitychange", () => { if (document.hidden) leaving(); else if (waits()) soon(0); });
  // Before the next page is asked for, which may be this one again; a phone tells only when it has come.
  for (const name of ["beforeunload", "pagehide"]) window.addEventListener(name, leaving);
  window.addEventListener("online", () => soon(0));
  begin();
})();
