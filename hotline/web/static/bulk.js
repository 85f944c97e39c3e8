// Ticks all cases of a list at once, and says how many are ticked; without it each has its own box.
"use strict";
(() => {
  const boxes = [...document.querySelectorAll("table.cases input[name=case]")];
  const head = boxes.length && boxes[0].closest("table").querySelector("th");
  if (!head) return;
  const english = document.documentElement.lang === "en";
  const all = document.createElement("input");
  all.type = "checkbox";
  all.setAttribute("aria-label", english ? "Tick all" : "全部勾选");
  const said = document.createElement("p");
  said.className = "hint";
  said.setAttribute("role", "status");

  function tell() {
    const ticked = boxes.filter((one) => one.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && !all.checked;
    said.textContent = ticked ? (english ? `${ticked} ticked` : `已勾选 ${ticked} 件`) : "";
  }

  all.addEventListener("change", () => {
    for (const one of boxes) one.checked = all.checked;
    tell();
  });
  for (const one of boxes) one.addEventListener("change", tell);
  head.replaceChildren(all);
  boxes[0].closest("table").after(said);
  tell();
})();
