// How long a text is, and which letters make it expensive. A small twin of messaging/segments.py and letters.py, which
// have the last word.
(() => {
  "use strict";
  if (window.firmtextCounter) return;
  window.firmtextCounter = true;

  const BASIC = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
  const EXTENDED = new Set("\f^{}\\[~]|€");
  const NAMED = 4, SHORT = 2;
  const cheap = (letter) => BASIC.has(letter) || EXTENDED.has(letter);

  function segments(letters) {
    const plain = letters.every(cheap);
    const widths = letters.map((letter) => plain ? (EXTENDED.has(letter) ? 2 : 1) : letter.length);
    const [alone, joined] = plain ? [160, 153] : [70, 67];
    if (widths.reduce((sum, width) => sum + width, 0) <= alone) return letters.length ? 1 : 0;
    let parts = 1, used = 0;
    for (const width of widths) {
      if (used + width > joined) { parts += 1; used = 0; }
      used += width;
    }
    return parts;
  }

  const words = (form) => JSON.parse(form.dataset.ftWords);
  const fill = (sentence, values) => Object.entries(values).reduce((told, [name, value]) => told.replace(`%(${name})s`, () => value), sentence);

  function size(letters, told) {
    const number = (value) => value.toLocaleString(told.language);
    const limit = fill(told.size, { n: number(letters.length), limit: number(told.limit) });
    if (letters.length > told.limit) return fill(told.tooLong, { size: limit });
    if (!letters.length) return limit;
    const count = segments(letters);
    return count <= 1 ? fill(told.one, { size: limit }) : fill(told.many, { size: limit, n: number(count) });
  }

  // What a few letters cost, null when nothing; while one must stay, only such are named.
  function advice(letters, told) {
    const odd = new Set(letters.filter((letter) => !cheap(letter)));
    if (!odd.size || letters.length > told.limit) return null;
    const stay = [...odd].filter((letter) => !(letter in told.plain));
    const count = segments(letters);
    const without = segments([...letters.map((letter) => odd.has(letter) ? told.plain[letter] ?? "x" : letter).join("")]);
    if (without >= count) return null;
    const shown = (letter) => told.unseen[letter] ?? (/\p{M}/u.test(letter) ? `◌${letter}` : letter);
    const names = [...new Set((stay.length ? stay : [...odd]).map(shown))];
    const between = names.some((name) => [...name].length > SHORT) ? ", " : " ";
    const named = names.slice(0, NAMED).join(between) + (names.length > NAMED ? " …" : "");
    const number = (value) => value.toLocaleString(told.language);
    const sentence = names.length > 1 ? told.make : told.makes;
    return { words: fill(sentence, { letters: named, n: number(count), without: number(without) }), plain: !stay.length };
  }

  function count() {
    const field = document.getElementById("ft-message");
    if (!field || !field.form.dataset.ftWords) return;
    const told = words(field.form), letters = [...field.value], found = advice(letters, told);
    const counter = field.form.querySelector("[data-ft-counter]"), line = field.form.querySelector("[data-ft-advice]");
    counter.textContent = size(letters, told);
    counter.classList.toggle("ft-over", letters.length > told.limit);
    line.hidden = !found;
    line.querySelector("[data-ft-advice-words]").textContent = found ? found.words : "";
    line.querySelector("[data-ft-replace]").hidden = !found || !found.plain;
  }

  // By the field's own means where there are any, so that it can be undone.
  function replace(field) {
    const { plain } = words(field.form);
    const text = [...field.value].map((letter) => plain[letter] ?? letter).join("");
    field.focus();
    field.select();
    if (!document.execCommand("insertText", false, text)) {
      field.value = text;
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
  }

  for (const name of ["input", "firmtext:moved"]) {
    document.addEventListener(name, (event) => { if (event.target.id === "ft-message") count(); });
  }
  document.addEventListener("firmtext:composer", count);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-ft-replace]")) replace(document.getElementById("ft-message"));
  });
  count();
})();
