// Saved replies: a list over the field, opened by "/" or by its button, found by typing, put in where the cursor was.
(() => {
  "use strict";
  if (window.firmtextReplies) return;
  window.firmtextReplies = true;

  let at = null, active = -1;

  const field = () => document.getElementById("ft-message");
  const panel = () => document.getElementById("ft-replies");
  const filter = () => document.getElementById("ft-replies-filter");
  const opener = () => document.querySelector("[data-ft-replies]");
  const box = () => document.querySelector("[data-ft-replies-box]");
  const all = () => [...box().querySelectorAll("[role=option]")];
  const shown = () => all().filter((option) => !option.hidden);
  const words = (name) => JSON.parse(field().form.dataset.ftWords)[name];

  // Without this script the button leads to a page with the replies.
  function prepare() {
    const button = opener();
    if (!button || button.type === "button") return;
    button.type = "button";
    for (const [name, value] of [["aria-haspopup", "dialog"], ["aria-expanded", "false"], ["aria-controls", "ft-replies"]]) button.setAttribute(name, value);
    button.querySelector("[data-ft-key]").hidden = false;
  }

  // ``slash``: the sign stands in the field, and goes when a reply takes its place.
  function open(slash) {
    if (!panel() || !panel().hidden) return;
    const [start, end] = [field().selectionStart, field().selectionEnd];
    at = slash ? { start: start - 1, end: start, slash } : { start, end, slash };
    panel().hidden = false;
    opener().setAttribute("aria-expanded", "true");
    filter().value = "";
    filter().focus();
    load();
  }

  function close() {
    if (!panel() || panel().hidden) return;
    panel().hidden = true;
    opener().setAttribute("aria-expanded", "false");
    filter().setAttribute("aria-expanded", "false");
    filter().removeAttribute("aria-activedescendant");
    active = -1;
  }

  function back(position) {
    close();
    field().focus();
    field().setSelectionRange(position, position);
  }

  // What was typed to find something, and then was meant as words after all.
  function leave() {
    const typed = at.slash ? filter().value : "";
    if (typed) put(at.end, at.end, typed);
    else back(at.end);
  }

  function put(start, end, text) {
    close();
    field().focus();
    field().setSelectionRange(start, end);
    // By the field's own means where there are any, so that it can be undone.
    if (document.execCommand("insertText", false, text)) return;
    field().setRangeText(text, start, end, "end");
    field().dispatchEvent(new InputEvent("input", { bubbles: true }));
  }

  // Filled in for one contact: meanwhile the list of another's composer may stand there.
  async function load() {
    const place = box();
    try {
      const answer = await fetch(`${opener().dataset.ftReplies}?${new URLSearchParams({ contact: field().form.elements.contact.value })}`, {
        credentials: "same-origin", headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(10000),
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const found = await answer.text();
      if (place !== box()) return;
      place.innerHTML = found;
      narrow();
    } catch {
      if (place !== box()) return;
      place.replaceChildren(Object.assign(document.createElement("p"), { className: "ft-empty", textContent: words("noReplies") }));
      tell(words("noReplies"));
    }
  }

  const tell = (told) => { document.querySelector("[data-ft-replies-found]").textContent = told; };

  function narrow() {
    const wanted = filter().value.trim().toLocaleLowerCase();
    for (const option of all()) {
      const { ftName, ftText } = option.dataset;
      option.hidden = !`${ftName} ${ftText}`.toLocaleLowerCase().includes(wanted);
    }
    const found = shown().length;
    filter().setAttribute("aria-expanded", String(Boolean(all().length)));
    activate(found ? 0 : -1);
    if (!all().length) return tell(box().textContent.trim());
    tell(found === 1 ? words("reply") : found ? words("replies").replace("%(n)s", found) : words("noReply"));
  }

  function activate(index) {
    const options = shown();
    active = options.length && index >= 0 ? (index + options.length) % options.length : -1;
    for (const option of all()) option.setAttribute("aria-selected", String(option === options[active]));
    if (active < 0) return filter().removeAttribute("aria-activedescendant");
    filter().setAttribute("aria-activedescendant", options[active].id);
    options[active].scrollIntoView({ block: "nearest" });
  }

  function choose(option) {
    if (!option || option.getAttribute("aria-disabled") === "true") return;
    put(at.start, at.end, option.dataset.ftText);
  }

  document.addEventListener("input", (event) => {
    if (event.target.id === "ft-replies-filter") return narrow();
    if (event.target !== field() || event.data !== "/" || event.isComposing || !opener()) return;
    const before = field().value.slice(0, field().selectionStart - 1);
    if (!before || /\s$/.test(before)) open(true);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "ft-replies-filter" || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) activate(active < 0 && step < 0 ? shown().length - 1 : active + step);
    else if (event.key === "Enter") choose(shown()[active]);
    else if (event.key === "Escape") leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener("click", (event) => {
    const option = event.target.closest("#ft-replies [role=option]");
    if (option) choose(option);
    else if (event.target.closest("[data-ft-replies]")) {
      event.preventDefault();
      panel().hidden ? open(false) : leave();
    } else if (panel() && !panel().hidden && !panel().contains(event.target)) close();
  });
  // By Tab to the link behind the list and on: the list is left as it was found.
  document.addEventListener("focusin", (event) => {
    if (panel() && !panel().hidden && !panel().contains(event.target) && event.target !== opener()) close();
  });
  document.addEventListener("firmtext:composer", prepare);
  prepare();
})();
