// The sketch of the districts beside their list: either sets the other, by pointer or by key.
"use strict";
(() => {
  const map = document.querySelector(".sketch");
  const list = document.getElementById("place.district");
  if (!map || !list) return;
  const areas = [...map.querySelectorAll("[data-district]")];

  function show() {
    for (const area of areas) area.setAttribute("aria-pressed", String(area.dataset.district === list.value));
  }

  function choose(area) {
    list.value = list.value === area.dataset.district ? "" : area.dataset.district;
    list.dispatchEvent(new Event("input", { bubbles: true }));
  }

  for (const area of areas) {
    area.addEventListener("click", () => choose(area));
    area.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose(area);
    });
  }
  list.addEventListener("input", show);
  list.form.addEventListener("restored", show);
  show();
})();
