// The browser's own notifications are an offer: its question comes only when somebody presses the button.
(() => {
  "use strict";
  const form = document.querySelector("[data-ft-notifications]");
  if (!form || !("Notification" in window) || !shows()) return;
  const offer = form.querySelector("[data-ft-offer]"), says = form.querySelector("[data-ft-browser-says]");
  const wanted = form.elements.browser;

  // Chrome on Android has the constructor and refuses it. Without permission a browser that could shows nothing.
  function shows() {
    if (Notification.permission === "granted") return true;
    try { return Boolean(new Notification("")); } catch { return false; }
  }

  function show() {
    const { permission } = Notification;
    offer.hidden = permission === "denied" || (permission === "granted" && wanted.checked);
    if (permission === "denied") says.textContent = says.dataset.ftDenied;
    else says.textContent = permission === "granted" && wanted.checked ? says.dataset.ftOn : "";
  }

  async function turnOn() {
    if ((await Notification.requestPermission()) === "granted") {
      wanted.checked = true;
      if (!(await saved())) {
        wanted.checked = false;
        says.textContent = says.dataset.ftFailed;
        return;
      }
    }
    show();
    if (offer.hidden) wanted.focus();
  }

  async function saved() {
    try {
      const how = { method: "POST", body: new FormData(form), headers: { "HX-Request": "true" }, credentials: "same-origin" };
      return (await fetch(form.action, how)).ok;
    } catch {
      return false;
    }
  }

  offer.querySelector("button").addEventListener("click", turnOn);
  show();
})();
