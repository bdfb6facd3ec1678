// Keeps the page's pieces fresh. The page works without it.
"use strict";

const parts = new Map([...document.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
const shown = new Map();
const live = document.getElementById("live");

function toEnd() {
  const texts = parts.get("conversation");
  if (texts) texts.scrollTop = texts.scrollHeight;
}

function show(name, html) {
  const part = parts.get(name);
  if (!part || shown.get(name) === html) return;
  // A piece that somebody is using with the keyboard waits until they have left it.
  const inUse = part !== document.activeElement && part.contains(document.activeElement);
  if (inUse) return;
  const atEnd = part.scrollHeight - part.scrollTop - part.clientHeight < 40;
  if (shown.has(name)) part.innerHTML = html;
  shown.set(name, html);
  if (name === "conversation" && atEnd) toEnd();
}

async function refresh() {
  let pause = document.hidden ? 5000 : 1000;
  try {
    const answer = await fetch(document.body.dataset.parts, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    for (const [name, html] of Object.entries(await answer.json())) show(name, html);
    live.hidden = true;
  } catch {
    pause = 3000;
    live.textContent = "The sandbox does not answer. Trying again…";
    live.hidden = false;
  }
  setTimeout(refresh, pause);
}

document.addEventListener("submit", (event) => {
  const question = event.submitter && event.submitter.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});

const text = document.getElementById("text");
if (text) {
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) text.form.requestSubmit();
  });
}

toEnd();
refresh();
