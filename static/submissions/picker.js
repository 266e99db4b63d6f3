// Finds tools in the long list by name or alias. Without it the list is just long.
const picker = document.querySelector("[data-picker]");
const field = picker?.querySelector("[data-picker-search]");
const input = field?.querySelector("input");
if (field) field.hidden = false;

function show() {
  const wanted = input.value.trim().toLowerCase();
  for (const group of picker.querySelectorAll("details")) {
    let found = 0;
    for (const tool of group.querySelectorAll("[data-search]")) {
      const chosen = tool.querySelector("input[type=checkbox]").checked;
      const fits = !wanted || tool.dataset.search.includes(wanted);
      tool.hidden = !(fits || chosen);
      if (wanted ? fits : chosen) found += 1;
    }
    group.hidden = Boolean(wanted) && !found;
    group.open = found > 0;
  }
}
input?.addEventListener("input", show);
