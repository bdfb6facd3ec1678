// A conversation has the room that the rest of the page leaves, so that what is written and Send are in sight at once.
(() => {
  "use strict";
  if (window.firmtextRoom) return;
  window.firmtextRoom = true;

  // Of the window's height: a taller field, with notices say, goes with the page instead of standing at its end.
  const TALLEST = 0.65, GAP = 8;
  let shown = null;

  const thread = () => document.getElementById("ft-thread");
  const form = () => document.getElementById("ft-composer");
  const sticks = () => form() && getComputedStyle(form()).position === "sticky";

  function fit() {
    const box = thread(), log = document.getElementById("ft-log"), field = form();
    if (!box || !log || !field || field.hidden) return;
    const others = box.getBoundingClientRect().bottom + window.scrollY - log.offsetHeight;
    // Not on what htmx swaps: it would take the style over as an attribute, which a Content Security Policy forbids.
    const had = log.clientHeight, reads = log.scrollTop < -1;
    document.documentElement.style.setProperty("--ft-room", `${Math.floor(window.innerHeight - others - GAP)}px`);
    // The log hangs from its end: whoever reads further up stays at their line when a notice takes room.
    if (reads) log.scrollTop -= had - log.clientHeight;
    field.toggleAttribute("data-ft-tall", field.offsetHeight > window.innerHeight * TALLEST);
    const over = box.getBoundingClientRect().bottom + window.scrollY > window.innerHeight;
    field.toggleAttribute("data-ft-over", over);
    // With notices on a phone even the least is too much: then the host's head is what can be spared.
    if (box !== shown && over && sticks()) {
      window.scrollTo({ top: box.getBoundingClientRect().bottom + window.scrollY - window.innerHeight, behavior: "instant" });
    }
    shown = box;
  }

  const sizes = new ResizeObserver(() => fit());

  function watch() {
    const box = thread();
    sizes.disconnect();
    if (!box) return;
    for (const part of [document.body, box, form()]) if (part) sizes.observe(part);
    fit();
  }

  // Whoever moves by keyboard sees where they are: nothing stays beneath the field at the end of the window.
  document.addEventListener("focusin", ({ target }) => {
    const field = form();
    if (!sticks() || field.contains(target) || !thread().contains(target) || target.closest("dialog")) return;
    const hidden = target.getBoundingClientRect().bottom + GAP - field.getBoundingClientRect().top;
    if (hidden > 0 && target.matches(":focus-visible")) window.scrollBy({ top: hidden, behavior: "instant" });
  });

  window.addEventListener("resize", fit);
  document.addEventListener("htmx:afterSettle", watch);
  watch();
})();
