// Dialogues: what a link or button leads to opens over the page, and its forms are answered there. Copies links.
(() => {
  "use strict";
  if (window.firmtextDialog) return;
  window.firmtextDialog = true;

  const PATIENCE = 20000, BODY = "[data-ft-dialog-body]";
  let dialog = null, opener = null, asking = false;

  const parsed = (html) => Object.assign(document.createElement("template"), { innerHTML: html }).content;

  function made() {
    const place = document.createElement("div");
    place.className = "ft";
    dialog = document.createElement("dialog");
    dialog.className = "ft-dialog";
    dialog.setAttribute("aria-labelledby", "ft-dialog-title");
    dialog.addEventListener("close", left);
    place.append(dialog);
    (document.querySelector("main") || document.body).append(place);
  }

  function left() {
    dialog.replaceChildren();
    const menu = opener && opener.closest("[data-ft-menu]");
    const back = menu ? menu.querySelector("button") : opener;
    if (back && back.isConnected) back.focus();
  }

  // A page of somebody else's (a sign-in, a proxy's apology) is none of ours.
  async function ask(address, body) {
    const answer = await fetch(address, {
      method: body ? "POST" : "GET", body, credentials: "same-origin", headers: { "HX-Request": "true" },
      signal: AbortSignal.timeout(PATIENCE),
    });
    const part = parsed(await answer.text()).querySelector(BODY);
    if (!part) throw new Error(String(answer.status));
    return part;
  }

  // What was asked for while one contact was chosen goes into no text to another.
  const meant = (place) => place && place.querySelector("[name=contact]");

  function strays(part) {
    const asked = meant(part) || meant(dialog), there = meant(document.querySelector("[data-ft-composer]"));
    return Boolean(asked && there && asked.value !== there.value);
  }

  function show(part) {
    if (part.hasAttribute("data-ft-goes")) { location.assign(part.dataset.ftGoes); return; }
    if (strays(part)) {
      if (dialog && dialog.open) dialog.close();
      return;
    }
    if (part.hasAttribute("data-ft-insert")) { insert(part.dataset.ftInsert); return; }
    if (!dialog || !dialog.isConnected) made();
    dialog.replaceChildren(part);
    for (const button of dialog.querySelectorAll("[data-ft-close]")) button.hidden = false;
    if (!dialog.open) dialog.showModal();
    const first = dialog.querySelector("[aria-invalid], [autofocus]") || dialog.querySelector("input:not([type=hidden]), select, a, button");
    if (first) first.focus();
  }

  // Where the cursor was, with a blank on each side that needs one.
  function insert(words) {
    const field = opener = document.getElementById("ft-message");
    if (dialog && dialog.open) dialog.close();
    if (!field) return;
    const before = field.value.slice(0, field.selectionStart), after = field.value.slice(field.selectionEnd);
    const put = `${/\S$/.test(before) ? " " : ""}${words}${/^\S/.test(after) ? " " : ""}`;
    field.focus();
    field.setRangeText(put, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function copy(address) {
    if (!navigator.clipboard) return Promise.reject(new Error("no clipboard"));
    // With a promise, so that the press still counts where a browser copies for a press only.
    if (window.ClipboardItem && navigator.clipboard.write) {
      const blob = address.then((words) => new Blob([words], { type: "text/plain" }));
      return navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
    }
    return address.then((words) => navigator.clipboard.writeText(words));
  }

  async function copied(part, asked) {
    const field = part.querySelector("[data-ft-link]"), line = part.querySelector("[data-ft-copied]");
    if (!field || !field.value) return;
    let said = line.dataset.ftSaid;
    try { await asked; } catch { said = line.dataset.ftByHand; }
    line.textContent = "";
    setTimeout(() => { line.textContent = said; }, 50);
    if (said === line.dataset.ftByHand) { field.focus(); field.select(); }
  }

  async function answer(address, body, copies) {
    const part = ask(address, body);
    const words = part.then((found) => {
      const field = found.querySelector("[data-ft-link]");
      if (!field || !field.value) throw new Error("no link");
      return field.value;
    });
    const asked = copies ? copy(words) : null;
    words.catch(() => {});
    if (asked) asked.catch(() => {});
    const found = await part;
    show(found);
    if (copies) copied(found, asked);
  }

  function bodyOf(form, button) {
    const body = new URLSearchParams(new FormData(form));
    if (button && button.name) body.set(button.name, button.value);
    return body;
  }

  async function once(work, failed) {
    if (asking) return;
    asking = true;
    try { await work(); } catch { failed(); } finally { asking = false; }
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest("a[data-ft-opens], button[data-ft-opens], [data-ft-close]");
    if (!target || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (target.matches("[data-ft-close]")) {
      if (!dialog || !dialog.contains(target)) return;
      event.preventDefault();
      dialog.close();
      return;
    }
    event.preventDefault();
    opener = target;
    if (target.matches("a")) once(() => answer(target.href), () => location.assign(target.href));
    else once(() => answer(target.formAction, bodyOf(target.form)), () => tell(target));
  });

  function tell(button) {
    const line = button.form.querySelector("[data-ft-error]");
    if (!line) return;
    line.hidden = false;
    line.textContent = button.dataset.ftTrouble;
  }

  document.addEventListener("submit", (event) => {
    const form = event.target, button = event.submitter, inside = dialog && dialog.contains(form);
    if (!form.matches("form[data-ft-opens]") && !inside) return;
    if (button && button.hasAttribute("data-ft-leaves")) return;
    event.preventDefault();
    if (!inside) opener = button;
    const copies = Boolean(button && button.hasAttribute("data-ft-copies"));
    const failed = () => { if (inside) apologise(form); else form.submit(); };
    once(() => answer(form.action, bodyOf(form, button), copies), failed);
  });

  // What was typed stays, and so does the form's token: pressed again, it is done once.
  function apologise(form) {
    const line = form.closest(BODY).querySelector("[data-ft-trouble]");
    if (!line) return;
    const words = line.textContent;
    line.hidden = false;
    line.textContent = "";
    setTimeout(() => { line.textContent = words; }, 50);
  }
})();
