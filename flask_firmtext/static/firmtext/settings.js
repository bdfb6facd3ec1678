// The settings: the dialogue, one press a form, what was done said once, and words when nobody answers a poll.
(() => {
  "use strict";
  if (window.firmtextSettings) return;
  window.firmtextSettings = true;

  const dialogs = [...document.querySelectorAll("[data-ft-dialog]")];

  // One that came open is a page without scripts, or one with something to mend: closed, it leads back to the page.
  for (const dialog of dialogs.filter((each) => each.open)) {
    const back = dialog.querySelector("[data-ft-closes]").href;
    dialog.removeAttribute("open");
    dialog.showModal();
    const first = dialog.querySelector("[aria-invalid]") || dialog.querySelector("[autofocus]");
    if (first) first.focus();
    dialog.addEventListener("close", () => location.assign(back));
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.ftOpens) {
      event.preventDefault();
      document.getElementById(form.dataset.ftOpens).showModal();
    } else if (form.matches("[data-ft-once]")) {
      if (form.dataset.ftSent) event.preventDefault();
      form.dataset.ftSent = "yes";
      setTimeout(() => delete form.dataset.ftSent, 5000);
    }
  });
  // A page that comes back from the browser's memory can be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("[data-ft-sent]")) delete form.dataset.ftSent;
  });

  document.addEventListener("click", (event) => {
    const closes = event.target.closest("[data-ft-closes]");
    if (!closes || !closes.closest("dialog:modal")) return;
    event.preventDefault();
    closes.closest("dialog").close();
  });

  // What goes on is asked for until it is over; then the page shows the end, and says so once.
  async function follow() {
    const going = document.querySelector("[data-ft-going]");
    if (!going) return;
    try {
      const answer = await fetch(location.href);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = answer.ok && page.querySelector("[data-ft-going], [data-ft-gone]");
      const line = document.querySelector("[data-ft-over]");
      if (now) going.replaceWith(now);
      if (now && now.matches("[data-ft-gone]") && line) line.textContent = line.dataset.ftOver;
    } catch { /* the next question may be answered */ }
    setTimeout(follow, 3000);
  }
  setTimeout(follow, 3000);

  const said = document.querySelector("[data-ft-said]");
  if (said && said.textContent) {
    said.focus();
    const address = new URL(location.href);
    address.searchParams.delete("said");
    history.replaceState(history.state, "", address);
  }

  // The words stand at the line, in the reader's language.
  function say(which) {
    const line = document.querySelector("[data-ft-settings-connection]"), words = line && which ? line.dataset[which] : "";
    if (line && line.textContent !== words) line.textContent = words;
  }

  const polls = (event) => event.target.id === "ft-settings";
  document.addEventListener("htmx:sendError", (event) => {
    if (polls(event)) say("ftLost");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!polls(event) || !event.detail.xhr.status) return;
    const { status } = event.detail.xhr;
    if (status === 401) say("ftSignedOut");
    else say(status < 400 ? "" : "ftAway");
  });
})();
