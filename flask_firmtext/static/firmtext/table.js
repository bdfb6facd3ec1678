// The table of text messages, live: rows change in place, and nothing moves under the pointer or the focus. What people
// mark there is done without leaving the page.
(() => {
  "use strict";
  if (window.firmtextTable) return;
  window.firmtextTable = true;

  const hovers = window.matchMedia("(hover: hover)");
  // A table that came while somebody was at this one; what was unread when it was laid out; rows that may go at once.
  let waiting = null, laid = new Map();
  const acted = new Set();

  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const parsed = (html) => Object.assign(document.createElement("template"), { innerHTML: html }).content;
  const rows = (table) => one("tbody", table);
  const ids = (body) => [...body.children].map((row) => row.id).join();

  function note(table) {
    laid = new Map(all("tbody tr", table).map((row) => [row.id, Number(row.dataset.ftUnread)]));
  }

  function show({ table: html, begin }) {
    const mine = one("[data-ft-table]"), fresh = one("#ft-table", parsed(html));
    if (mine && fresh) showTable(mine, fresh);
    showBegin(begin);
  }

  function showTable(mine, fresh) {
    const hold = one("[data-ft-table-hold]", mine), freshHold = one("[data-ft-table-hold]", fresh);
    if (hold && freshHold && hold.innerHTML !== freshHold.innerHTML) hold.innerHTML = freshHold.innerHTML;
    const body = rows(mine), freshBody = rows(fresh);
    if (body) {
      dropActed(body, freshBody);
      for (const row of freshBody ? freshBody.children : []) {
        const there = document.getElementById(row.id);
        if (there) refresh(there, row);
      }
      if (held(body) && (!freshBody || ids(body) !== ids(freshBody))) {
        waiting = fresh;
        offer(freshBody ? arrived(freshBody) : 0);
        return;
      }
    }
    lay(mine, fresh);
  }

  // Somebody points into the rows or at the button, is there by keyboard, or has a menu open.
  function held(body) {
    const places = [body, ...all("[data-ft-fresh] button")];
    const there = (place) => (hovers.matches && place.matches(":hover")) || place.contains(document.activeElement);
    return places.some(there) || one("details[open]", body) !== null;
  }

  function arrived(body) {
    const more = (row) => Number(row.dataset.ftUnread) - (laid.get(row.id) || 0);
    return [...body.children].reduce((sum, row) => sum + Math.max(0, more(row)), 0);
  }

  function offer(count) {
    const place = one("[data-ft-fresh]");
    if (!place) return;
    const words = count === 1 ? place.dataset.ftOne : place.dataset.ftMany.replace("{n}", count);
    if (!count) place.replaceChildren();
    else if (place.textContent !== words) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "ft-button", textContent: words });
      button.addEventListener("click", () => {
        settle(true);
        const first = one("[data-ft-table] tbody a.ft-button");
        if (first) first.focus();
      });
      place.replaceChildren(button);
    }
  }

  function settle(now) {
    const mine = one("[data-ft-table]"), body = mine && rows(mine);
    if (waiting && mine && (now === true || !body || !held(body))) lay(mine, waiting);
  }

  function lay(mine, fresh) {
    waiting = null;
    offer(0);
    const body = rows(mine), freshBody = rows(fresh);
    const pages = one(".ft-pages", mine), freshPages = one(".ft-pages", fresh);
    if (!body || !freshBody) {
      if (mine.innerHTML !== fresh.innerHTML) mine.replaceChildren(...fresh.childNodes);
    } else {
      arrange(body, freshBody);
      if (!pages.contains(document.activeElement)) pages.replaceChildren(...freshPages.childNodes);
    }
    note(mine);
  }

  function arrange(body, fresh) {
    const known = new Map([...body.children].map((row) => [row.id, row]));
    const focus = document.activeElement, holder = focus && focus.closest("#ft-table tbody tr");
    let place = body.firstElementChild;
    for (const row of [...fresh.children]) {
      const mine = known.get(row.id);
      known.delete(row.id);
      const wanted = mine || row;
      if (wanted === place) place = place.nextElementSibling;
      else body.insertBefore(wanted, place);
    }
    for (const gone of known.values()) gone.remove();
    // A row that is moved loses the focus that was in it.
    if (holder && holder.isConnected && !holder.contains(document.activeElement)) focus.focus({ preventScroll: true });
  }

  // Only what differs is touched, so that nothing is read aloud twice and focus stays where it is.
  function refresh(mine, fresh) {
    if (mine.className !== fresh.className) mine.className = fresh.className;
    mine.dataset.ftUnread = fresh.dataset.ftUnread;
    [...fresh.children].forEach((part, index) => {
      const old = mine.children[index];
      if (!old || asSent(old) === part.innerHTML) return;
      const focused = old.contains(document.activeElement);
      old.innerHTML = part.innerHTML;
      const link = one("a", old);
      if (focused && link) link.focus({ preventScroll: true });
    });
  }

  // As the server wrote it: without the menu that is open.
  function asSent(part) {
    const copy = part.cloneNode(true);
    for (const opened of all("details[open]", copy)) opened.removeAttribute("open");
    return copy.innerHTML;
  }

  // What somebody has just done something about goes at once, and focus to its neighbour.
  function dropActed(body, fresh) {
    const there = new Set(fresh ? [...fresh.children].map((row) => row.id) : []);
    for (const id of acted) {
      const row = document.getElementById(id);
      acted.delete(id);
      if (!row || there.has(id)) continue;
      const neighbour = row.nextElementSibling || row.previousElementSibling, focused = row.contains(document.activeElement);
      row.remove();
      const link = focused && neighbour && one("a.ft-button", neighbour);
      if (link) link.focus({ preventScroll: true });
    }
  }

  // A firm whose texting was turned on, or off, meanwhile.
  function showBegin(html) {
    const begin = one("[data-ft-begin]");
    if (!begin || Boolean(begin.firstElementChild) === Boolean(html)) return;
    begin.innerHTML = html;
    document.dispatchEvent(new CustomEvent("firmtext:menu"));
  }

  async function mark(button) {
    const row = button.closest("tr"), how = button.dataset.ftMark, undo = button.formAction.replace(/done$/, "open");
    const menu = button.closest("details");
    if (menu) {
      menu.open = false;
      one("summary", menu).focus({ preventScroll: true });
    }
    const done = await posted(button.formAction);
    tell(done ? how : "failed", done && how === "done" ? undo : null);
    if (!done) return;
    if (row) acted.add(row.id);
    document.dispatchEvent(new CustomEvent("firmtext:sent"));
  }

  async function posted(url) {
    try {
      const body = new FormData(one("#ft-marks"));
      const answer = await fetch(url, { method: "POST", body, headers: { "HX-Request": "true" }, credentials: "same-origin" });
      return answer.ok;
    } catch {
      return false;
    }
  }

  function tell(how, undo) {
    const line = one("[data-ft-told]");
    const words = line.dataset[`ft${how[0].toUpperCase()}${how.slice(1)}`];
    line.replaceChildren(words);
    if (!undo) return;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "ft-small", textContent: line.dataset.ftUndo });
    button.dataset.ftMark = "open";
    button.setAttribute("formaction", undo);
    line.append(" ", button);
  }

  document.addEventListener("firmtext:table", (event) => show(event.detail));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-ft-mark]");
    // A page of older rows or of a search is not drawn again while it is open: there the form itself goes.
    if (button && one("#ft-marks") && one("[data-ft-table]")) {
      event.preventDefault();
      mark(button);
    }
    for (const menu of all("[data-ft-row-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest && event.target.closest("[data-ft-row-menu][open]");
    if (!menu) return;
    menu.open = false;
    one("summary", menu).focus();
  });
  document.addEventListener("focusout", () => setTimeout(settle));
  document.addEventListener("pointerout", () => { if (waiting) setTimeout(settle); });

  const table = one("[data-ft-table]");
  if (table) note(table);
})();
