// Asks what has changed: shows it in the open conversation, and tells the badge and the table of it.
(() => {
  "use strict";
  if (window.firmtextLive) return;
  window.firmtextLive = true;

  const VISIBLE = 1000, HIDDEN = 15000, LONGEST = 30000, SHORTEST = 250, REFRESH = 60000, PATIENCE = 10000;
  const LATE = 300;  // seconds, as in messaging/moments.py
  let since = null, seen = 0, failures = 0, timer = 0, started = 0, running = null, telling = false, refreshed = Date.now(), gap = false, cut = false, answered = false;

  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const parsed = (html) => Object.assign(document.createElement("template"), { innerHTML: html }).content;

  // The words stand at the line, in the reader's language. What others have said there is theirs to take back.
  function say(which) {
    for (const line of all("[data-ft-connection]")) {
      const { ftLost, ftSignedOut, ftGap } = line.dataset;
      const words = which ? line.dataset[which] : "";
      if (!which && ![ftLost, ftSignedOut, ftGap].includes(line.textContent)) continue;
      if (line.textContent !== words) line.textContent = words;
    }
  }

  function address() {
    const places = all("[data-ft-now]");
    if (!places.length) return null;
    if (since === null) since = Math.min(...places.map((place) => Number(place.dataset.ftNow)));
    const asked = new URLSearchParams({ since: refreshDue() ? -1 : since });
    const thread = one("[data-ft-thread]");
    const table = one("[data-ft-table]");
    if (table) asked.set("table", "1");
    // The table of one contact or matter, on its page in the practice system, or a filter of the table of all.
    for (const name of ["contact", "matter", "show"]) if (table && table.hasAttribute(`data-ft-${name}`)) asked.set(name, table.getAttribute(`data-ft-${name}`));
    if (thread) asked.set("conversation", thread.dataset.ftThread);
    if (thread && one("[data-ft-closed]", thread)) asked.set("closed", "1");
    return `${places[0].dataset.ftUrl}?${asked}`;
  }

  // Times grow old, and what raises no count (a hold) is seen, too.
  const refreshDue = () => !document.hidden && Date.now() - refreshed > REFRESH && one("[data-ft-table], [data-ft-thread]");

  const newest = () => Math.max(0, ...all("[data-ft-inbound]").map((text) => Number(text.dataset.ftPosition)));

  async function poll() {
    clearTimeout(timer);
    if (running) running.abort();
    const url = address();
    if (!url) return;
    started = performance.now();
    const mine = running = new AbortController();
    const late = setTimeout(() => mine.abort(), PATIENCE);
    try {
      const fresh = await ask(url, mine.signal);
      if (fresh) show(fresh, new URL(url, location.href).searchParams);
      failures = 0;
      answered = true;
      say(gap ? "ftGap" : "");
      if (cut) tell("connected");
      cut = false;
      tellSeen();
    } catch (error) {
      if (running !== mine) return;
      // What could be seen a moment ago may not be seen any more: nothing of it stays on the screen.
      if (answered && error.message === "404") return location.reload();
      failures += 1;
      cut = true;
      say(error.message === "401" ? "ftSignedOut" : "ftLost");
    } finally {
      clearTimeout(late);
      if (running === mine) {
        running = null;
        timer = setTimeout(poll, pause());
      }
    }
  }

  function pause() {
    const ordinary = document.hidden ? HIDDEN : VISIBLE;
    // From question to question: for a slow answer nobody waits twice.
    if (!failures) return Math.max(SHORTEST, ordinary - (performance.now() - started));
    return Math.min(LONGEST, ordinary * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
  }

  async function ask(url, signal) {
    const answer = await fetch(url, { cache: "no-store", credentials: "same-origin", signal });
    if (answer.status === 204) return null;
    if (answer.status !== 200) throw new Error(String(answer.status));
    return answer.json();
  }

  // Apart from the questions: it is written, and while a writer waits for the database texts can be shown all the same.
  async function tellSeen() {
    const thread = one("[data-ft-thread]"), position = newest();
    if (telling || !thread || document.hidden || position <= seen) return;
    const told = new URLSearchParams({ since, conversation: thread.dataset.ftThread, seen: position });
    telling = true;
    try {
      const fresh = await ask(`${thread.dataset.ftUrl}?${told}`, AbortSignal.timeout(PATIENCE));
      if (thread !== one("[data-ft-thread]")) return;
      seen = Math.max(seen, position);
      if (fresh && fresh.now >= since) show(fresh, told);
    } catch {
      // Said again after the next question.
    } finally {
      telling = false;
    }
  }

  function show(fresh, asked) {
    if (asked.get("since") === "-1") refreshed = Date.now();
    since = fresh.now;
    tell("unread", fresh);
    if (fresh.table !== undefined) tell("table", fresh);
    const thread = one("[data-ft-thread]");
    if (fresh.texts !== undefined && thread && thread.dataset.ftThread === asked.get("conversation")) showTexts(fresh);
  }

  function tell(what, fresh) {
    document.dispatchEvent(new CustomEvent(`firmtext:${what}`, { detail: fresh }));
  }

  // thread.js keeps in its place what somebody reads, composer.js tells who writes of what is new.
  function showTexts(fresh) {
    document.dispatchEvent(new CustomEvent("firmtext:before-texts"));
    const added = putTexts(fresh);
    document.dispatchEvent(new CustomEvent("firmtext:texts", { detail: { added } }));
  }

  function putTexts(fresh) {
    const box = one("#ft-texts"), added = [];
    for (const text of [...parsed(fresh.texts).children]) {
      const mine = document.getElementById(text.id);
      if (!mine) {
        if (insert(box, text)) added.push(text);
      } else {
        mine.dataset.ftDayWords = text.dataset.ftDayWords;
        if (one(".ft-foot", mine).innerHTML !== one(".ft-foot", text).innerHTML) {
          keepFocus(one(".ft-foot", mine), () => { one(".ft-foot", mine).innerHTML = one(".ft-foot", text).innerHTML; });
        }
        showFiles(mine, text);
      }
    }
    const planned = one("#ft-scheduled");
    if (planned && fresh.scheduled !== undefined && planned.innerHTML.trim() !== fresh.scheduled.trim()) {
      keepFocus(planned, () => { planned.innerHTML = fresh.scheduled; });
    }
    const offers = one("#ft-offers");
    if (offers && fresh.offers !== undefined && offers.innerHTML.trim() !== fresh.offers.trim()) {
      keepFocus(offers, () => { offers.innerHTML = fresh.offers; });
    }
    if (fresh.composer) reopen(fresh.composer);
    const seenBy = one("#ft-seen");
    if (seenBy && fresh.seen !== undefined && seenBy.outerHTML.trim() !== fresh.seen.trim()) seenBy.outerHTML = fresh.seen;
    const hold = one("#ft-hold");
    if (hold && !one("[data-ft-closed]") && hold.innerHTML.trim() !== fresh.hold.trim()) hold.innerHTML = fresh.hold;
    stopped(fresh.stopped);
    gap = gap || fresh.gap;
    return added;
  }

  // What could not be answered when the page was drawn can be by now.
  function reopen(html) {
    const closed = one("[data-ft-closed]");
    if (!closed) return;
    closed.outerHTML = html;
    // The words that were shown to be copied stand in it again.
    for (const begun of all(".ft-begun")) begun.remove();
    window.htmx.process(one("#ft-composer"));
    document.dispatchEvent(new CustomEvent("firmtext:composer"));
  }

  const stopped = (now) => document.dispatchEvent(new CustomEvent("firmtext:stopped", { detail: now }));

  // Part by part: a video that somebody watches goes on while the words under it change.
  function showFiles(mine, text) {
    for (const file of all("[data-ft-file]", text)) {
      const old = document.getElementById(file.id);
      if (!old) continue;
      if (old.className !== file.className) old.className = file.className;
      all("[data-ft-part]", file).forEach((part, index) => {
        const there = all("[data-ft-part]", old)[index];
        if (there && asSent(there) !== asSent(part)) keepFocus(there, () => { there.innerHTML = part.innerHTML; });
      });
    }
  }

  // As the server wrote it: without what opened or showed itself here.
  function asSent(part) {
    const copy = part.cloneNode(true);
    for (const opened of all("details[open]", copy)) opened.removeAttribute("open");
    for (const broken of all("[data-ft-broken]", copy)) broken.hidden = true;
    for (const gone of all("[data-ft-media]", copy)) gone.hidden = false;
    return copy.innerHTML;
  }

  function keepFocus(place, change) {
    const held = place.contains(document.activeElement);
    change();
    if (!held) return;
    const next = one("a, button, summary", place) || one("#ft-log");
    if (next) next.focus({ preventScroll: true });
  }

  function insert(box, text) {
    const there = all("[data-ft-position]", box);
    if (one("[data-ft-earlier]", box) && there.every((other) => position(other) > position(text))) return false;
    const placed = inTime([...there, text]);
    const after = placed[placed.indexOf(text) + 1];
    const empty = one("[data-ft-empty]", box);
    if (empty) empty.remove();
    box.insertBefore(text, after || one("#ft-scheduled", box));
    return true;
  }

  const position = (text) => Number(text.dataset.ftPosition);

  // A twin of in_time in messaging/thread.py: by position, but what was kept elsewhere for long stands where it came.
  function inTime(texts) {
    const found = [], at = (text) => Number(text.dataset.ftAt);
    for (const text of texts.sort((one, other) => position(one) - position(other))) {
      let place = found.length;
      while (place && at(found[place - 1]) > at(text) + LATE) place -= 1;
      found.splice(place, 0, text);
    }
    return found;
  }

  function begin() {
    const thread = one("[data-ft-thread]");
    seen = thread ? Number(thread.dataset.ftNewest) : 0;
    since = null;
    gap = false;
    stopped(false);
    poll();
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });
  window.addEventListener("online", () => { cut = true; poll(); });
  document.addEventListener("firmtext:sent", poll);
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "ft-chosen" || one("#ft-thread", event.target)) begin();
  });
  // Earlier texts come in above: nobody wants fifty of them read aloud.
  document.addEventListener("htmx:beforeSwap", (event) => { if (event.target.matches("[data-ft-earlier]")) hush("off"); });
  document.addEventListener("htmx:afterSettle", () => setTimeout(hush, 500, "polite"));

  function hush(how) {
    const log = one("#ft-log");
    if (log) log.setAttribute("aria-live", how);
  }

  begin();
})();
