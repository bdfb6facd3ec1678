// The contact picker as a combobox. Without it the form searches and shows links.
(() => {
  "use strict";
  if (window.firmtextPicker) return;
  window.firmtextPicker = true;

  const form = document.querySelector("[data-ft-picker]");
  if (!form) return;
  const input = form.querySelector("#ft-contact"), box = form.querySelector("#ft-options");
  const found = form.querySelector("[data-ft-found]");
  let active = -1, chosen = false;

  form.querySelector("[data-ft-search]").hidden = true;
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "ft-options-list",
  })) input.setAttribute(name, value);

  const options = () => [...box.querySelectorAll(".ft-option")];

  function prepare() {
    const list = box.querySelector(".ft-list");
    active = -1;
    input.removeAttribute("aria-activedescendant");
    if (list) {
      list.id = "ft-options-list";
      list.setAttribute("role", "listbox");
      for (const item of list.children) item.setAttribute("role", "none");
      options().forEach((option, index) => {
        option.id = `ft-option-${index}`;
        option.tabIndex = -1;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
      });
    }
    box.hidden = false;
    input.setAttribute("aria-expanded", String(Boolean(list)));
    found.textContent = list ? list.dataset.ftCount : form.dataset.ftNobody;
  }

  function close() {
    box.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    found.textContent = "";
  }

  function activate(index) {
    const all = options();
    if (!all.length) return;
    active = (index + all.length) % all.length;
    all.forEach((option, at) => option.setAttribute("aria-selected", String(at === active)));
    input.setAttribute("aria-activedescendant", all[active].id);
    all[active].scrollIntoView({ block: "nearest" });
  }

  function search() {
    input.dispatchEvent(new CustomEvent("firmtext:search", { bubbles: true }));
  }

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const open = !box.hidden && options().length > 0;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) search();
      else activate(event.key === "ArrowDown" ? active + 1 : active < 0 ? -1 : active - 1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (open) options()[Math.max(active, 0)].click();
      else search();
    } else if (event.key === "Escape" && !box.hidden) {
      event.preventDefault();
      close();
    }
  });
  input.addEventListener("input", () => { chosen = false; });
  input.addEventListener("focus", () => input.select());
  box.addEventListener("mousedown", (event) => event.preventDefault());
  box.addEventListener("click", (event) => {
    const option = event.target.closest(".ft-option");
    if (!option) return;
    input.value = option.dataset.ftName;
    chosen = true;
    close();
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
  document.addEventListener("click", (event) => { if (!form.contains(event.target)) close(); });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target === box) prepare(); });

  function apologise(event) {
    const { target, xhr } = event.detail, choice = target && target.id === "ft-chosen";
    if (target !== box && !choice || event.type === "htmx:afterRequest" && xhr.status < 400) return;
    const words = Object.assign(document.createElement("p"), { className: "ft-empty" });
    words.textContent = choice ? form.dataset.ftNoChoice : form.dataset.ftNoSearch;
    for (const numbers of document.querySelectorAll(".ft-numbers")) numbers.reset();
    box.replaceChildren(words);
    prepare();
    found.textContent = words.textContent;
  }

  for (const end of ["afterRequest", "sendError", "timeout"]) document.addEventListener(`htmx:${end}`, apologise);
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "ft-chosen") return;
    const next = event.target.querySelector("#ft-message");
    const still = document.activeElement;
    // Whoever looks for somebody else already, or went elsewhere, stays there.
    const waits = !still || still === document.body || (chosen && still === input);
    chosen = false;
    if (!next || !waits) return;
    next.focus();
    next.form.scrollIntoView({ block: "nearest" });
  });

  // Somebody may have typed before this script came.
  window.addEventListener("load", () => { if (input.value !== input.defaultValue && box.hidden) search(); });

  if (box.querySelector(".ft-list")) prepare();
  else box.hidden = true;
})();
