// A button with a menu. Without it the New button goes straight to the only thing in its menu, and the items of another
// stand in the page.
(() => {
  "use strict";
  if (window.firmtextMenu) return;
  window.firmtextMenu = true;

  function all() {
    for (const box of document.querySelectorAll("[data-ft-menu]:not([data-ft-ready])")) prepare(box);
  }

  document.addEventListener("firmtext:menu", all);
  document.addEventListener("htmx:afterSettle", all);
  all();

  // Plain items of a list become those of a menu; an item may lie in a form of its own.
  function dress(menu, button) {
    menu.setAttribute("role", "menu");
    menu.setAttribute("aria-labelledby", button.id);
    for (const wrap of menu.querySelectorAll("li, form")) wrap.setAttribute("role", "none");
    for (const item of menu.querySelectorAll("a[href], button")) {
      item.setAttribute("role", "menuitem");
      item.tabIndex = -1;
    }
  }

  function prepare(box) {
    const button = box.querySelector("button"), menu = box.querySelector("ul");
    const items = () => [...menu.querySelectorAll("[role=menuitem]")];
    box.dataset.ftReady = "yes";
    if (!menu.hasAttribute("role")) dress(menu, button);
    button.hidden = false;
    button.setAttribute("aria-haspopup", "menu");
    button.setAttribute("aria-controls", menu.id);
    set(false);

    function set(open) {
      menu.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
    }

    function move(step) {
      const there = items(), at = there.indexOf(document.activeElement);
      there[(at + step + there.length) % there.length].focus();
    }

    function toggle() {
      const open = menu.hidden;
      set(open);
      if (open) items()[0].focus();
    }

    if (box instanceof HTMLFormElement) box.addEventListener("submit", (event) => { event.preventDefault(); toggle(); });
    else button.addEventListener("click", toggle);
    button.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      set(true);
      (event.key === "ArrowDown" ? items()[0] : items().at(-1)).focus();
    });
    menu.addEventListener("keydown", (event) => {
      const steps = { ArrowDown: 1, ArrowUp: -1 };
      if (event.key in steps) move(steps[event.key]);
      else if (event.key === "Home") items()[0].focus();
      else if (event.key === "End") items().at(-1).focus();
      else if (event.key === "Escape") { set(false); button.focus(); }
      else if (event.key === "Tab") { set(false); return; }
      else return;
      event.preventDefault();
    });
    menu.addEventListener("click", () => set(false));
    document.addEventListener("click", (event) => { if (!box.contains(event.target)) set(false); });
  }
})();
