// Single keys in the table, for those who have not switched them off: j k e u / ? and Enter, which the link does itself.
(() => {
  "use strict";
  const dialog = document.querySelector("[data-ft-keys]");
  if (!dialog || window.firmtextKeys) return;
  window.firmtextKeys = true;

  const rows = () => [...document.querySelectorAll("#ft-table tbody tr")];
  const current = () => document.activeElement && document.activeElement.closest("#ft-table tbody tr");
  const typing = (place) => place.closest("input, textarea, select, [contenteditable], dialog, [role=menu]") !== null;

  function move(step) {
    const there = rows(), at = there.indexOf(current());
    const next = there[at < 0 ? (step > 0 ? 0 : there.length - 1) : Math.min(there.length - 1, Math.max(0, at + step))];
    if (!next) return;
    next.querySelector("a.ft-button").focus();
    next.scrollIntoView({ block: "nearest" });
  }

  function press(...marks) {
    const row = current();
    const button = row && marks.map((mark) => row.querySelector(`[data-ft-mark=${mark}]`)).find(Boolean);
    if (button) button.click();
  }

  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    e: () => press("done", "open"),
    u: () => press("unread"),
    "/": () => document.querySelector("#ft-find").focus(),
    "?": () => dialog.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
    if (!Object.hasOwn(KEYS, event.key) || (event.target instanceof Element && typing(event.target))) return;
    event.preventDefault();
    KEYS[event.key]();
  });
})();
