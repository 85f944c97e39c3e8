// A score sheet adds up as it is filled in; the server counts anew, and its word stands.
"use strict";
(() => {
  const form = document.getElementById("sheet");
  const total = document.getElementById("total");
  if (!form || !total) return;
  function count() {
    let had = 0;
    let of = 0;
    for (const one of form.querySelectorAll("[data-points]")) {
      const away = form.querySelector(`[data-away="${one.id}"]`);
      const gone = Boolean(away && away.checked);
      one.readOnly = gone;
      if (gone) continue;
      const most = Number(one.dataset.points);
      of += most;
      if (/^[0-9]{1,3}$/.test(one.value)) had += Math.min(Number(one.value), most);
    }
    const failed = form.querySelector("[data-fault]:checked");
    total.textContent = failed ? total.dataset.failed : String(of ? Math.floor((200 * had + of) / (2 * of)) : 0);
  }
  form.addEventListener("input", count);
  count();
})();
