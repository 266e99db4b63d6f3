// Finds tools in the long list by name or alias. Without it the list is just long.
const picker = document.querySelector("[data-picker]");
const field = picker?.querySelector("[data-picker-search]");
const input = field?.querySelector("input");
const none = picker?.querySelector("[data-picker-none]");
if (field) field.hidden = false;

// As core.search.fold_words does with what stands in data-search.
const ALIKE = {
  ø: "o", ł: "l", đ: "d", ı: "i", ħ: "h", ŧ: "t", ð: "d", ς: "σ",
  ß: "ss", æ: "ae", œ: "oe", þ: "th",
};
function fold(text) {
  const apart = text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670]/g, "")
    .toLowerCase();
  return apart.replace(/[øłđıħŧðςßæœþ]/g, (letter) => ALIKE[letter]);
}

function show() {
  const words = fold(input.value).split(/\s+/).filter(Boolean);
  let total = 0;
  for (const group of picker.querySelectorAll("details")) {
    let found = 0;
    for (const tool of group.querySelectorAll("[data-search]")) {
      const chosen = tool.querySelector("input[type=checkbox]").checked;
      const fits = words.every((word) => tool.dataset.search.includes(word));
      tool.hidden = !(fits || chosen);
      if (words.length ? fits : chosen) found += 1;
    }
    group.hidden = words.length > 0 && !found;
    group.open = found > 0;
    total += found;
  }
  if (none) {
    none.hidden = !words.length || total > 0;
    none.querySelector("[data-picker-word]").textContent = input.value.trim();
  }
}
input?.addEventListener("input", show);
