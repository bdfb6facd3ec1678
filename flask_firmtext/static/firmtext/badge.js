// How many texts are unread: in the badge, before the page's title, and, where somebody wants it, from the browser.
(() => {
  "use strict";
  if (window.firmtextBadge) return;
  window.firmtextBadge = true;

  const badges = () => [...document.querySelectorAll("[data-ft-badge]")];
  const telling = () => document.querySelector("[data-ft-notify]");
  const COUNT = /^\(\d+\+?\) /;
  let count = null;

  function entitle(unread) {
    if (!badges().length) return;
    const plain = document.title.replace(COUNT, "");
    const title = unread ? `(${unread > 99 ? "99+" : unread}) ${plain}` : plain;
    if (document.title !== title) document.title = title;
  }

  function show({ unread, badge: html }) {
    for (const badge of badges()) {
      if (badge.innerHTML.trim() !== html.trim()) badge.innerHTML = html;
      badge.hidden = !unread;
    }
    entitle(unread);
    if (count !== null && unread > count && document.hidden) notify();
    count = unread;
  }

  // Nothing of whom or what: others may see the screen. One for all tabs, by its tag.
  function notify() {
    const from = telling();
    if (!from || !("Notification" in window) || Notification.permission !== "granted") return;
    let shown;
    try {
      shown = new Notification(from.dataset.ftNotify, { body: from.dataset.ftFirm, tag: "firmtext", renotify: false });
    } catch {
      return; // Chrome on Android has the constructor and refuses it
    }
    shown.addEventListener("click", () => {
      window.focus();
      shown.close();
    });
  }

  const first = document.querySelector("[data-ft-count]");
  if (first) {
    count = Number(first.dataset.ftCount);
    entitle(count);
  }
  document.addEventListener("firmtext:unread", (event) => show(event.detail));
})();
