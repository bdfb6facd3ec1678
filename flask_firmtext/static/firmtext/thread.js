// Reading a conversation: it follows at its end, stays put while somebody reads further up, and days stand between texts.
(() => {
  "use strict";
  if (window.firmtextThread) return;
  window.firmtextThread = true;

  const NEAR = 24;
  let held = null, follow = false;

  const log = () => document.getElementById("ft-log");
  const jump = () => document.querySelector("[data-ft-jump]");
  // The log is laid out from its end: there its position is 0, further up it is less.
  const atEnd = (box) => box.scrollTop > -NEAR;

  function hold() {
    const box = log();
    held = null;
    if (!box || atEnd(box) || follow) return;
    const top = box.getBoundingClientRect().top;
    const text = [...box.querySelectorAll("article")].find((each) => each.getBoundingClientRect().bottom > top);
    if (text) held = { text, top: text.getBoundingClientRect().top };
  }

  function release(added) {
    const box = log();
    if (!box) return;
    days();
    if (held && held.text.isConnected) {
      box.scrollTop += held.text.getBoundingClientRect().top - held.top;
      if (added.length && below(added, box)) label("ftBelow");
    } else if (added.length) {
      box.scrollTop = 0;
      follow = false;
    }
    held = null;
    offer();
  }

  const below = (added, box) => added.some((text) => text.getBoundingClientRect().top > box.getBoundingClientRect().bottom - NEAR);

  function label(which) {
    if (jump()) jump().textContent = jump().dataset[which];
  }

  function offer() {
    const box = log(), button = jump();
    if (!box || !button) return;
    const end = atEnd(box);
    if (end) {
      if (document.activeElement === button) box.focus({ preventScroll: true });
      label("ftNewest");
    }
    button.hidden = end;
  }

  // One line above the first text of each day, whatever came in between, before or behind.
  function days() {
    const box = document.getElementById("ft-texts");
    if (!box) return;
    let last = "", line = null;
    for (const node of [...box.children]) {
      if (node.dataset.ftDayMark) {
        if (line) line.remove();
        line = node;
        continue;
      }
      const { ftDay, ftDayWords } = node.dataset;
      if (!ftDay) continue;
      if (ftDay === last) {
        if (line) line.remove();
      } else set(line && line.nextElementSibling === node ? line : null, node, ftDay, ftDayWords);
      if (line && line.dataset.ftDayMark !== ftDay) line.remove();
      last = ftDay;
      line = null;
    }
    if (line) line.remove();
  }

  function set(line, text, day, words) {
    const mark = line && line.dataset.ftDayMark === day ? line : Object.assign(document.createElement("p"), { className: "ft-day" });
    mark.dataset.ftDayMark = day;
    if (!mark.firstElementChild) mark.append(document.createElement("span"));
    if (mark.textContent !== words) mark.firstElementChild.textContent = words;
    if (mark !== line) text.before(mark);
  }

  document.addEventListener("firmtext:before-texts", hold);
  document.addEventListener("firmtext:texts", ({ detail: { added } }) => release(added));
  // What somebody has just sent is what they want to see.
  document.addEventListener("firmtext:sent", () => { follow = true; });
  document.addEventListener("scroll", (event) => { if (event.target === log()) offer(); }, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-ft-jump]")) log().scrollTop = 0;
  });
  document.addEventListener("htmx:afterSettle", () => { days(); offer(); });
  offer();
})();
