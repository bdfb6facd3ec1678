// A text to attendees: a press puts a field where the cursor is. Without scripts fields are typed.
(() => {
  "use strict";
  if (window.firmtextEvents) return;
  window.firmtextEvents = true;

  for (const buttons of document.querySelectorAll("[data-ft-fields]")) buttons.hidden = false;

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-ft-field]");
    if (!button) return;
    const message = button.form.elements.text;
    message.focus();
    message.setRangeText(button.dataset.ftField, message.selectionStart, message.selectionEnd, "end");
    message.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
