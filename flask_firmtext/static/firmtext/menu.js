// The menu of the New button. Without it the button goes straight to the only thing in the menu.
(() => {
  "use strict";
  if (window.firmtextMenu) return;
  window.firmtextMenu = true;

  function all() {
    for (const form of document.querySelectorAll("[data-ft-menu]")) prepare(form);
  }

  document.addEventListener("firmtext:menu", all);
  all();

  function prepare(form) {
    const button = form.querySelector("button"), menu = form.querySelector("[role=menu]");
    const items = () => [...menu.querySelectorAll("[role=menuitem]")];
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

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const open = menu.hidden;
      set(open);
      if (open) items()[0].focus();
    });
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
    document.addEventListener("click", (event) => { if (!form.contains(event.target)) set(false); });
  }
})();
